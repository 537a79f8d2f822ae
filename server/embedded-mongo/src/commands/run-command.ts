import { BSONError } from 'bson';
import { setTimeout } from 'node:timers/promises';
import type { BsonDocument } from '../bson/value.ts';
import type { Engine } from '../engine/engine.ts';
import type { Fault } from '../engine/fail-points.ts';
import { CommandError } from '../errors.ts';
import { Deadline } from '../pace/deadline.ts';
import { Arguments } from './arguments.ts';
import type { Command, CommandContext, ConnectionInfo } from './command.ts';
import { requireConcerns } from './concerns.ts';
import { findCommand } from './registry.ts';
import { encodeReply, extendReply, type Reply } from './reply.ts';
import { noTransactions } from './sessions.ts';
import { requireStableApi } from './stable-api.ts';

export type CommandRequest = {
  readonly body: BsonDocument;
  readonly sequences: ReadonlyMap<string, Buffer[]>;
  readonly connection: ConnectionInfo;
};

/** Thrown when a fault asks for the connection to be closed without a reply. */
export class HangUp extends Error {
  override readonly name = 'HangUp';
}

/** Runs one command and hands its reply over as BSON, at once; a failure is a reply too. Throws only HangUp. */
export async function runCommand(
  engine: Engine,
  request: CommandRequest,
  deliver: (reply: readonly Buffer[]) => void,
): Promise<void> {
  try {
    const { command, ctx } = prepare(engine, request);
    const fault = engine.failPoints.isActive ? takeFault(command, ctx) : undefined;
    if (fault) await suffer(fault);
    const isWrite = typeof command.isWrite === 'function' ? command.isWrite(ctx) : command.isWrite;
    const run = () => {
      ctx.deadline.check();
      return command.run(ctx);
    };
    const writeConcernError = fault?.writeConcernError;
    await engine.executor.submit<Reply>(isWrite, run, {
      share: request.connection.share,
      deliver: (reply) =>
        deliver(encodeReply(writeConcernError ? extendReply(reply, { writeConcernError }) : reply)),
    });
  } catch (error) {
    if (error instanceof HangUp) throw error;
    deliver(encodeReply(errorReply(error)));
  }
}

function takeFault({ name }: Command, { engine, db, args, connection }: CommandContext): Fault | undefined {
  if (name === 'configureFailPoint') return undefined;
  const collection = args.value(args.name);
  const ns = typeof collection === 'string' ? `${db}.${collection}` : db;
  return engine.failPoints.take({ command: name, appName: connection.appName, ns });
}

async function suffer({ blockMs, closesConnection, error }: Fault): Promise<void> {
  if (blockMs > 0) await setTimeout(blockMs);
  if (closesConnection) throw new HangUp();
  if (error) throw error;
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
  requireConcerns(args);
  requireStableApi(args, command.name);
  const deadline = new Deadline(args.count('maxTimeMS') ?? 0, engine.executor.slice);
  const ctx: CommandContext = { engine, db, args, sequences, deadline, connection };
  return { command, ctx };
}

/** What the client sees of an error. */
export function errorReply(error: unknown): BsonDocument {
  const known = error instanceof CommandError ? error : toCommandError(error);
  return {
    ok: 0,
    errmsg: known.message,
    code: known.code,
    codeName: known.codeName,
    ...(known.extra as BsonDocument | undefined),
    ...(known.errorLabels && { errorLabels: [...known.errorLabels] }),
  };
}

function toCommandError(error: unknown): CommandError {
  const message = error instanceof Error ? error.message : 'unknown';
  return BSONError.isBSONError(error)
    ? new CommandError('InvalidBSON', `Not valid BSON: ${message}`)
    : new CommandError('InternalError', `Internal error: ${message}`);
}
