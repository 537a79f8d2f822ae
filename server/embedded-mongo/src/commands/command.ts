import type { DocumentSequence } from '../bson/document-sequence.ts';
import type { Engine } from '../engine/engine.ts';
import type { Share } from '../engine/job.ts';
import { CommandError } from '../errors.ts';
import type { Deadline } from '../pace/deadline.ts';
import type { Steps } from '../pace/pace.ts';
import type { Namespace } from '../storage/collection.ts';
import type { Arguments } from './arguments.ts';
import type { Reply } from './reply.ts';

export type ConnectionInfo = { readonly id: number; readonly share: Share; appName: string | undefined };

export type CommandContext = {
  readonly engine: Engine;
  readonly db: string;
  readonly args: Arguments;
  /** Documents sent beside the command's body, undecoded. */
  readonly sequences: ReadonlyMap<string, DocumentSequence>;
  readonly deadline: Deadline;
  readonly connection: ConnectionInfo;
};

/** One command of the wire protocol. */
export type Command = {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** The fields it knows beside the generic ones; any other is refused. 'any' for those that take what drivers add. */
  readonly fields: readonly string[] | 'any';
  /** Whether it runs inside the shared write transaction. */
  readonly isWrite: boolean | ((ctx: CommandContext) => boolean);
  /** Has to be run on the database admin. */
  readonly isAdminOnly?: boolean;
  /** What takes long pauses in between; what a write changed up to a pause is committed. */
  run(ctx: CommandContext): Reply | Steps<Reply>;
};

/** The collection the command names in the field of its own name. */
export function targetOf({ db, args }: CommandContext): Namespace {
  const name = args.value(args.name);
  if (typeof name !== 'string' || name === '') {
    throw new CommandError(
      'InvalidNamespace',
      `collection name has invalid type or is empty in '${args.name}'`,
    );
  }
  return { db, name };
}
