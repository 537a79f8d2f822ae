import type { Types } from 'mongoose';
import { pairKeyOf } from '../../chats/pair-key.ts';
import { chatsOf, messagesOf, walk, type AnyChat } from '../collections.ts';
import type { MigrationDeps } from '../migration.ts';
import { ensureOrderIndex } from './order-index.ts';

/**
 * Of several direct chats of the same two people the oldest stays. The others remain as empty shells that name it, so that
 * their ids still answer, and their messages move there. Returns how many were merged.
 */
export async function mergeChats(deps: MigrationDeps): Promise<number> {
  const { db, requireLock } = deps;
  const { kept, shells } = await sortOut(deps);
  if (shells.length > 0) await ensureOrderIndex(db);
  for (const { _id, participants = [], mergedInto } of shells) {
    const target = mergedInto ?? kept.get(pairKey(participants) ?? '')?._id;
    if (!target) continue;
    requireLock();
    await chatsOf(db).updateOne(
      { _id },
      {
        $set: { mergedInto: target, lastSeq: 0, readSeqs: {}, openedBy: [] },
        $unset: { pairKey: 1, lastMessage: 1 },
      },
    );
    await messagesOf(db).updateMany({ chat: _id }, { $set: { chat: target } });
  }
  return shells.filter(({ mergedInto }) => mergedInto === undefined).length;
}

/** The direct chat of a pair's two people; undefined for anything else that may have found its way there. */
export function pairKey(participants: readonly Types.ObjectId[]): string | undefined {
  const [one, other, ...more] = participants;
  return one && other && more.length === 0 ? pairKeyOf(one.toHexString(), other.toHexString()) : undefined;
}

type Sorted = { readonly kept: ReadonlyMap<string, AnyChat>; readonly shells: readonly AnyChat[] };

/** Which chat of each pair stays, and which are merged into it or were. */
export async function sortOut({ db }: Pick<MigrationDeps, 'db'>): Promise<Sorted> {
  const kept = new Map<string, AnyChat>();
  const shells: AnyChat[] = [];
  for await (const batch of walk(chatsOf(db), { participants: 1, mergedInto: 1, createdAt: 1 })) {
    for (const chat of batch) {
      const key = chat.mergedInto ? undefined : pairKey(chat.participants ?? []);
      if (chat.mergedInto) shells.push(chat);
      if (key === undefined) continue;
      const [first, second] = [kept.get(key), chat].filter((each) => each !== undefined).sort(byAge);
      if (first) kept.set(key, first);
      if (second) shells.push(second);
    }
  }
  return { kept, shells };
}

function byAge(a: AnyChat, b: AnyChat): number {
  const [at, bt] = [a, b].map(({ createdAt, _id }) => (createdAt ?? _id.getTimestamp()).getTime());
  return (at ?? 0) - (bt ?? 0) || (a._id.toHexString() < b._id.toHexString() ? -1 : 1);
}
