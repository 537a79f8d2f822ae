import { BSONError } from 'bson';
import { setTimeout } from 'node:timers/promises';
import type { DocumentSequence } from '../bson/document-sequence.ts';
import type { BsonDocument } from '../bson/value.ts';
import type { Engine } from '../engine/engine.ts';
import type { Outcome } from '../engine/job.ts';
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
  readonly sequences: ReadonlyMap<string, DocumentSequence>;
  readonly connection: ConnectionInfo;
};

/** Gets the reply as BSON; undefined: the connection is to be closed without one. */
type Deliver = (reply: readonly Buffer[] | undefined) => void;

/** Runs one command and hands its reply over in the turn it is ready; a failure is a reply too. Throws nothing. */
export function runCommand(engine: Engine, request: CommandRequest, deliver: Deliver): void {
  try {
    const prepared = prepare(engine, request);
    const fault = engine.failPoints.isActive ? takeFault(prepared) : undefined;
    if (fault) void suffer(fault, prepared, deliver);
    else execute(prepared, deliver);
  } catch (error) {
    deliver(encodeReply(errorReply(error)));
  }
}

type Prepared = { readonly command: Command; readonly ctx: CommandContext; readonly isWrite: boolean };

function execute({ command, ctx, isWrite }: Prepared, deliver: Deliver, extra?: BsonDocument): void {
  ctx.engine.executor.take<Reply>({
    isWrite,
    share: ctx.connection.share,
    work() {
      ctx.deadline.check();
      return command.run(ctx);
    },
    settle: (outcome) => deliver(encodeOutcome(outcome, extra)),
  });
}

function encodeOutcome(outcome: Outcome<Reply>, extra: BsonDocument | undefined): readonly Buffer[] {
  try {
    if ('error' in outcome) return encodeReply(errorReply(outcome.error));
    return encodeReply(extra ? extendReply(outcome.value, extra) : outcome.value);
  } catch (error) {
    return encodeReply(errorReply(error));
  }
}

function takeFault({ command: { name }, ctx }: Prepared): Fault | undefined {
  if (name === 'configureFailPoint') return undefined;
  const { engine, db, args, connection } = ctx;
  const collection = args.value(args.name);
  const ns = typeof collection === 'string' ? `${db}.${collection}` : db;
  return engine.failPoints.take({ command: name, appName: connection.appName, ns });
}

async function suffer(fault: Fault, prepared: Prepared, deliver: Deliver): Promise<void> {
  const { blockMs, closesConnection, error, writeConcernError } = fault;
  if (blockMs > 0) await setTimeout(blockMs);
  if (closesConnection) deliver(undefined);
  else if (error) deliver(encodeReply(errorReply(error)));
  else execute(prepared, deliver, writeConcernError && { writeConcernError });
}

function prepare(engine: Engine, { body, sequences, connection }: CommandRequest): Prepared {
  const name = Object.keys(body)[0] ?? '';
  const command = findCommand(name);
  if (!command) throw new CommandError('CommandNotFound', `no such command: '${name}'`);
  const args = new Arguments(name, body);
  const db = args.requireString('$db');
  if (command.fields !== 'any') args.requireKnown(command.fields);
  if (command.isAdminOnly && db !== 'admin') {
    throw new CommandError('Unauthorized', `${command.name} may only be run against the admin database.`);
  }
  if (Object.keys(body).some((field) => optionalFields.has(field))) requireOptions(args, command.name);
  const deadline = new Deadline(args.count('maxTimeMS') ?? 0, engine.executor.slice);
  const ctx: CommandContext = { engine, db, args, sequences, deadline, connection };
  const { isWrite } = command;
  return { command, ctx, isWrite: typeof isWrite === 'function' ? isWrite(ctx) : isWrite };
}

/** Fields of every command that most come without. */
const optionalFields: ReadonlySet<string> = new Set([
  'txnNumber',
  'startTransaction',
  'autocommit',
  'readConcern',
  'writeConcern',
  '$readPreference',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
]);

function requireOptions(args: Arguments, command: string): void {
  if (args.has('txnNumber') || args.has('startTransaction') || args.has('autocommit')) throw noTransactions();
  requireConcerns(args);
  requireStableApi(args, command);
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
