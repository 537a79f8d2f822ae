import { Long } from 'bson';
import { isNumber, toBigInt } from '../bson/numbers.ts';
import type { BsonValue } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { Command } from './command.ts';
import { cursorReply } from './reply.ts';

export const getMore: Command = {
  name: 'getMore',
  fields: ['getMore', 'collection', 'batchSize'],
  isWrite: false,
  *run({ engine, db, args, deadline }) {
    const id = readCursorId(args.value('getMore'));
    const ns = `${db}.${args.requireString('collection')}`;
    const countMax = args.count('batchSize') || Number.POSITIVE_INFINITY;
    const { documents, isDone } = yield* engine.cursors.next(id, ns, { countMax, deadline });
    return cursorReply({ ns, id: isDone ? 0n : id, batchName: 'nextBatch', documents });
  },
};

export const killCursors: Command = {
  name: 'killCursors',
  fields: ['killCursors', 'cursors'],
  isWrite: false,
  run({ engine, args }) {
    args.requireString('killCursors');
    const ids = args.requireArray('cursors').map(readCursorId);
    const killed = ids.map((id) => ({ id, isKilled: engine.cursors.kill(id) }));
    const pick = (isKilled: boolean) =>
      killed.filter((one) => one.isKilled === isKilled).map(({ id }) => Long.fromBigInt(id));
    return {
      cursorsKilled: pick(true),
      cursorsNotFound: pick(false),
      cursorsAlive: [],
      cursorsUnknown: [],
      ok: 1,
    };
  },
};

function readCursorId(value: BsonValue): bigint {
  const id = isNumber(value) ? toBigInt(value) : undefined;
  if (id === undefined) throw new CommandError('TypeMismatch', 'A cursor id is of type long');
  return id;
}
