import type { Engine } from '../engine/engine.ts';
import { CommandError } from '../errors.ts';
import type { Deadline } from '../plan/deadline.ts';
import type { Namespace } from '../storage/collection.ts';
import type { Arguments } from './arguments.ts';
import type { Reply } from './reply.ts';

export type ConnectionInfo = { readonly id: number; appName: string | undefined };

export type CommandContext = {
  readonly engine: Engine;
  readonly db: string;
  readonly args: Arguments;
  /** Documents sent beside the command's body, undecoded. */
  readonly sequences: ReadonlyMap<string, Buffer[]>;
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
  run(ctx: CommandContext): Reply;
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
