import { Deadline } from '../engine/deadline.ts';
import type { Engine } from '../engine/engine.ts';
import { CommandError } from '../errors.ts';
import type { BsonDocument } from '../query/value.ts';
import type { Reply } from '../wire/reply.ts';
import { Arguments } from './arguments.ts';
import type { CommandContext, ConnectionInfo } from './command.ts';
import { findCommand } from './registry.ts';
import { noTransactions } from './sessions.ts';

export type CommandRequest = {
  readonly body: BsonDocument;
  readonly sequences: ReadonlyMap<string, Buffer[]>;
  readonly connection: ConnectionInfo;
};

/** Runs one command and returns its reply; a failure is a reply too, never a throw. */
export async function runCommand(engine: Engine, request: CommandRequest): Promise<Reply> {
  try {
    const { command, ctx } = prepare(engine, request);
    const isWrite = typeof command.isWrite === 'function' ? command.isWrite(ctx) : command.isWrite;
    return await engine.executor.submit(isWrite, () => {
      ctx.deadline.check();
      return command.run(ctx);
    });
  } catch (error) {
    return errorReply(error);
  }
}

function prepare(engine: Engine, { body, sequences, connection }: CommandRequest) {
  const name = Object.keys(body)[0] ?? '';
  const command = findCommand(name);
  if (!command) throw new CommandError('CommandNotFound', `no such command: '${name}'`);
  const args = new Arguments(name, body);
  const db = args.requireString('$db');
  if (command.fields !== 'any') args.requireKnown(command.fields);
  if (command.isAdminOnly && db !== 'admin') {
    throw new CommandError('Unauthorized', `${command.name} may only be run against the admin database.`);
  }
  if (args.has('txnNumber') || args.has('startTransaction') || args.has('autocommit')) throw noTransactions();
  const deadline = new Deadline(args.count('maxTimeMS') ?? 0);
  const ctx: CommandContext = { engine, db, args, sequences, deadline, connection };
  return { command, ctx };
}

/** What the client sees of an error. Anything unforeseen is told without its insides. */
export function errorReply(error: unknown): BsonDocument {
  const known = error instanceof CommandError ? error : new CommandError('InternalError', describe(error));
  return {
    ok: 0,
    errmsg: known.message,
    code: known.code,
    codeName: known.codeName,
    ...(known.extra as BsonDocument | undefined),
    ...(known.errorLabels && { errorLabels: [...known.errorLabels] }),
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? `Internal error: ${error.message}` : 'Internal error';
}
