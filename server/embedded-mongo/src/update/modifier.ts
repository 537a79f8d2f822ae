import type { Collation } from '../bson/collation.ts';
import type { StringOrder } from '../bson/compare.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import type { WrittenPaths } from './written-paths.ts';

/** A modifier's answer when the field is to go. */
export const removed = Symbol('removed');

/** What one modifier makes of the value at its path; undefined stands for a missing field. */
export type Modifier = {
  /** Returns the very same value when nothing changes. */
  readonly modify: (value: BsonValue, context: ModifyContext) => BsonValue | typeof removed;
  /** What happens where the path does not exist: build it, refuse one that cannot be built, or do nothing. */
  readonly onMissing: 'create' | 'check' | 'skip';
  /** Whether the document is touched at all; left out, it is. */
  readonly applies?: (root: BsonDocument) => boolean;
};

export type ModifyContext = {
  /** The document before the update. */
  readonly root: BsonDocument;
  readonly now: Date;
  readonly arrayIndex: number | undefined;
  /** The documents this update has made, which it may change in place. */
  readonly copies: Set<BsonDocument>;
  /** Kept when two of the update's paths may meet in one array element. */
  readonly written: WrittenPaths | undefined;
};

export type ModifierOptions = {
  /** As the client wrote it, for what an error says. */
  readonly path: string;
  readonly collation: Collation | undefined;
  readonly strings: StringOrder | undefined;
  readonly let: BsonDocument | undefined;
};

/** Checks a modifier's operand once, and throws MongoDB's error for one that is wrong. */
export type CompileModifier = (operand: BsonValue, options: ModifierOptions) => Modifier;
