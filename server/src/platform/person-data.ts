import type { ExportRow, UserId } from '@whisper/shared';
import type { Readable } from 'node:stream';

/** A person whose data is exported or erased. */
export type DataSubject = { readonly userId: UserId; readonly clerkId: string };

/** A person who is erased. */
export type Erased = DataSubject & {
  /** Drawn for this erasure: what others need to see that somebody was there stands under it from then on. */
  readonly standInId: UserId;
};

/** A file that is the person's, and what it is called in the archive. */
export type ExportFile = { readonly name: string; open(): Promise<Readable> };

/**
 * What stands of people in one collection of the database, or in one folder or file of DATA_DIR. Each of them has
 * such a row: a test fails for one without. Rooms declare their own, `createDataRegistry` puts them together.
 */
export type DataPlace = HoldsNothing | HoldsPersonData;

export type HoldsNothing = {
  /** The collection's name, or the file's or folder's in DATA_DIR; a folder's with a slash at its end. */
  readonly place: string;
  /** Why nothing in it is about anybody. */
  readonly holdsNothing: string;
};

export type HoldsPersonData = {
  readonly place: string;
  /** What of a person stands there; where it is exported, when not from here. */
  readonly holds: string;
  /** Everything of the person, in the wire's shapes, read while it is asked for: memory does not grow with it. */
  readonly exportRows?: (subject: DataSubject) => AsyncIterable<ExportRow>;
  readonly exportFiles?: (subject: DataSubject) => AsyncIterable<ExportFile>;
  /**
   * Erases all of it in steps of a bounded size, and yields after each how much it took: between two of them others get their
   * turn, and there it may end for good, by a kill too. What is left then is found by beginning anew, so that each step counts once.
   */
  readonly erase: (erased: Erased) => AsyncIterable<number>;
  /** How many documents or files hold something of the person: zero after `erase`. */
  readonly count: (subject: DataSubject) => Promise<number>;
};
