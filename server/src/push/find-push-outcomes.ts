import type { PushOutcome, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { findDoc } from '../messages/log/read-log.ts';
import type { MessagesDeps } from '../messages/deps.ts';
import type { PushDeps } from './deps.ts';
import { deviceModel } from './device.model.ts';
import { pushModel, type PushDoc, type PushResult } from './push.model.ts';

type FindPushOutcomes = MessagesDeps['findPushOutcomes'];

/** What became of telling people's devices of a message, or of what came after it in its chat. Known for two days. */
export async function findPushOutcomes(
  { db }: Pick<PushDeps, 'db'>,
  ...[messageId, userIds]: Parameters<FindPushOutcomes>
): ReturnType<FindPushOutcomes> {
  const message = await findDoc(db, messageId);
  if (!message) return new Map();
  const { chat, seq } = message;
  const ofPeople = { user: { $in: userIds.map((id) => new Types.ObjectId(id)) } };
  const [rows, devices] = await Promise.all([
    pushModel(db)
      .find({ ...ofPeople, chat, seq: { $gte: seq } })
      .lean(),
    deviceModel(db).find(ofPeople, { user: 1, label: 1 }).lean(),
  ]);
  const labels = new Map(devices.map(({ _id, label }) => [_id.toHexString(), label]));
  return new Map(
    userIds.flatMap((userId): [UserId, PushOutcome[]][] => {
      const theirs = rows.filter(({ user }) => user.toHexString() === userId);
      if (theirs.length > 0) return [[userId, theirs.flatMap((row) => toOutcome(row, { seq, labels }))]];
      const hasDevice = devices.some(({ user }) => user.toHexString() === userId);
      return hasDevice ? [] : [[userId, [{ device: null, outcome: 'noDevice', at: null }]]];
    }),
  );
}

type About = { readonly seq: number; readonly labels: ReadonlyMap<string, string> };

function toOutcome(row: PushDoc, { seq, labels }: About): PushOutcome[] {
  const device = labels.get(row.device.toHexString()) ?? null;
  if (row.afterSeq < seq || !row.result) return [{ device, outcome: 'waiting', at: row.dueAt ?? null }];
  const outcome = outcomes[row.result];
  return outcome ? [{ device, outcome, at: row.doneAt ?? null }] : [];
}

const outcomes: Readonly<Record<PushResult, PushOutcome['outcome'] | null>> = {
  sent: 'sent',
  failed: 'failed',
  pruned: 'deadToken',
  read: 'readMeanwhile',
  muted: 'muted',
  foreground: 'foreground',
  noDevice: 'noDevice',
  // Nobody asks what somebody was told who is not there.
  notMember: null,
};
