import type { ChatId, DeviceId, UserId } from '@whisper/shared';
import { Types, type AnyBulkWriteOperation } from 'mongoose';
import { randomUUID } from 'node:crypto';
import { finishUnpushed, releaseUnpushed, takeUnpushed, type UnpushedChat } from '../chats/unpushed-chats.ts';
import { isDuplicateKey } from '../platform/errors.ts';
import type { PushDeps } from './deps.ts';
import { deviceModel, type DeviceDoc } from './device.model.ts';
import { pushModel, type PushDoc, type PushResult } from './push.model.ts';

type Deps = Pick<PushDeps, 'db' | 'clock'>;

/** Longer than everything takes that one who has taken something does with it. */
const leaseMs = 60_000;
/** News of one chat go to one device at most so often; what comes meanwhile is in the next. */
const gapMs = 3_000;
const chatsPerTurn = 50;
const rowsPerWrite = 200;

/** One row of the outbox, taken by this process for a while. */
export type TakenPush = {
  readonly id: Types.ObjectId;
  readonly by: string;
  readonly deviceId: DeviceId;
  readonly chatId: ChatId;
  readonly userId: UserId;
  readonly seq: number;
  readonly afterSeq: number;
  readonly attempts: number;
  readonly waits: number;
};

/**
 * Puts the news of chats that are due before the devices of their people. Repeating it adds nothing: of a chat a device has
 * one row, which only goes forward. Answers whether there may be more.
 */
export async function spreadNews(deps: Deps): Promise<boolean> {
  const taken = await takeUnpushed(deps, { leaseMs, gapMs, limit: chatsPerTurn });
  if (taken.chats.length === 0) return false;
  const people = new Set(taken.chats.flatMap(({ participants }) => participants));
  const devices = await deviceModel(deps.db)
    .find({ user: { $in: [...people].map((id) => new Types.ObjectId(id)) } }, { user: 1 })
    .lean();
  const now = new Date(deps.clock.now());
  const rows = taken.chats.flatMap((chat) => {
    const isIn = new Set<string>(chat.participants);
    return devices.filter(({ user }) => isIn.has(user.toHexString())).map((each) => toRow(chat, each, now));
  });
  for (let start = 0; start < rows.length; start += rowsPerWrite) {
    await writeRows(deps, rows.slice(start, start + rowsPerWrite));
  }
  await finishUnpushed(deps, taken);
  return taken.chats.length === chatsPerTurn;
}

/** A row that waits for its time goes on waiting: `$max` keeps the later one. */
function toRow(
  { chatId, seq, afterSeq }: UnpushedChat,
  { _id, user }: Pick<DeviceDoc, '_id' | 'user'>,
  now: Date,
): AnyBulkWriteOperation<PushDoc> {
  return {
    updateOne: {
      filter: { device: _id, chat: new Types.ObjectId(chatId), seq: { $lt: seq } },
      update: { $max: { seq, dueAt: now }, $set: { user }, $setOnInsert: { afterSeq } },
      upsert: true,
    },
  };
}

/** A row that is as far already does not fit the filter; the second one that is tried then is refused by the unique index. */
async function writeRows({ db }: Deps, rows: AnyBulkWriteOperation<PushDoc>[]): Promise<void> {
  try {
    await pushModel(db).bulkWrite(rows, { ordered: false });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** Takes rows that are due, of which then no other process gets one. */
export async function takePushes({ db, clock }: Deps, limit: number): Promise<TakenPush[]> {
  const now = clock.now();
  const isDue = { dueAt: { $lte: new Date(now) } };
  const pushes = pushModel(db);
  const due = await pushes.find(isDue, { _id: 1 }).sort({ dueAt: 1 }).limit(limit).lean();
  if (due.length === 0) return [];
  const by = randomUUID();
  const ids = due.map(({ _id }) => _id);
  const take = { $set: { dueAt: new Date(now + leaseMs), takenBy: by } };
  await pushes.updateMany({ _id: { $in: ids }, ...isDue }, take);
  const taken = await pushes.find({ _id: { $in: ids }, takenBy: by }).lean();
  return taken.map((doc) => toTaken(doc, by));
}

function toTaken({ _id, device, chat, user, ...doc }: PushDoc, by: string): TakenPush {
  return {
    id: _id,
    by,
    deviceId: device.toHexString() as DeviceId,
    chatId: chat.toHexString() as ChatId,
    userId: user.toHexString() as UserId,
    seq: doc.seq,
    afterSeq: doc.afterSeq,
    attempts: doc.attempts ?? 0,
    waits: doc.waits ?? 0,
  };
}

type Finished = { readonly seq: number; readonly result: PushResult; readonly ticket?: Ticket | undefined };
type Ticket = { readonly id: string; readonly askAt: Date };

/** Nothing waits up to `seq` any more; when there is something behind it by now, the row is due again. */
export async function finishPush(
  { db, clock }: Deps,
  { id, by }: TakenPush,
  { seq, result, ticket }: Finished,
): Promise<void> {
  const now = new Date(clock.now());
  const outcome = { result, doneAt: now, ...(ticket && { ticket: ticket.id, ticketAt: ticket.askAt }) };
  const over = { takenBy: 1, attempts: 1, waits: 1 } as const;
  const { matchedCount } = await pushModel(db).updateOne(
    { _id: id, takenBy: by, seq: { $lte: seq } },
    { $set: { ...outcome, seq, afterSeq: seq }, $unset: { ...over, dueAt: 1 } },
  );
  if (matchedCount > 0) return;
  await pushModel(db).updateOne(
    { _id: id, takenBy: by },
    { $set: { ...outcome, afterSeq: seq, dueAt: now }, $unset: over },
  );
}

/** The row waits for another time. */
export async function postponePush(
  { db, clock }: Deps,
  { id, by }: TakenPush,
  { afterMs, because }: { readonly afterMs: number; readonly because: 'attempts' | 'waits' },
): Promise<void> {
  await pushModel(db).updateOne(
    { _id: id, takenBy: by },
    {
      $set: { dueAt: new Date(clock.now() + afterMs) },
      $inc: { [because]: 1 },
      $unset: { takenBy: 1 },
    },
  );
}

/** For a process that knows of no other: whoever had taken something is gone, and it is due now. */
export async function releasePushes(deps: Deps): Promise<void> {
  const dueAt = new Date(deps.clock.now());
  await releaseUnpushed(deps);
  await pushModel(deps.db).updateMany(
    { takenBy: { $exists: true } },
    { $set: { dueAt }, $unset: { takenBy: 1 } },
  );
}

/** How many rows wait. */
export function countWaiting({ db }: Deps): Promise<number> {
  return pushModel(db).countDocuments({ dueAt: { $exists: true } });
}
