import type { ChatId, Stretch, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { AppError } from '../platform/errors.ts';
import { keepMarks } from '../users/block-user.ts';
import { asSeenBy, lastingApart } from './apart.ts';
import type { ApartDoc, Marks } from './member.model.ts';
import { chatModel, type ChatDoc } from './chat.model.ts';
import { toDirectMembership, toMarks } from './chat.view.ts';
import { changeMember } from './change-member.ts';
import type { ChatsDeps, LogHeads } from './deps.ts';
import { findMember, findMemberships } from './find-members.ts';
import { pairKeyOf } from './pair-key.ts';
import { publishMarks, publishMine, publishToPeople, toChatsCursor } from './publish-chat-events.ts';

/** What whoever blocks somebody hears when they want something of them all the same. */
export const blockedByMe = () =>
  new AppError('FORBIDDEN', 'You block this person: unblock them first', { reason: 'blockedByMe' });

/** FORBIDDEN when the person blocks one of them. */
export async function requireNotBlocked(
  { blocks }: Pick<ChatsDeps, 'blocks'>,
  viewerId: UserId,
  userIds: readonly UserId[],
): Promise<void> {
  const { blocked } = await blocks.of(viewerId);
  if (userIds.some((userId) => blocked.has(userId))) throw blockedByMe();
}

/**
 * From here on nothing that is written in the direct chat of the two, if there is one, is shown to the person who blocks. Where
 * that begins is a place in its log, decided between two writes. Idempotent.
 */
export async function partWays(deps: ChatsDeps, blockerId: UserId, blockedId: UserId): Promise<void> {
  await betweenWrites(deps, { mineId: blockerId, theirId: blockedId }, async (pair, heads) => {
    const { doc, mine, theirs } = await readPair(deps, pair);
    if (lastingApart(mine)) return;
    const before = mine?.apart ?? [];
    const latest = before.at(-1);
    const marks = { mine: toMarks(doc, blockerId, mine), theirs: toMarks(doc, blockedId, theirs) };
    const { lastMessageAt } = asSeenBy(doc, mine);
    // Where nothing was shown since the last time, that time goes on.
    const goesOn = latest?.untilSeq !== undefined && latest.untilSeq >= heads.seq;
    const { untilSeq: _, ...rest } = latest ?? {};
    const lasting: ApartDoc = {
      afterSeq: heads.seq,
      afterRev: heads.rev,
      ...(goesOn && rest),
      lastMessageAt,
      ...marks,
    };
    await storeApart(deps, pair, [...(goesOn ? before.slice(0, -1) : before), lasting]);
  });
  await keepMarks(deps, [blockerId, blockedId], await marksInSharedGroups(deps, blockerId, blockedId));
}

async function marksInSharedGroups(
  { db, lastMessages }: ChatsDeps,
  userId: UserId,
  otherId: UserId,
): Promise<ReadonlyMap<ChatId, Marks>> {
  await lastMessages.settled();
  const both = [userId, otherId].map((id) => new Types.ObjectId(id));
  const groups = await chatModel(db)
    .find({ participants: { $all: both }, kind: 'group' })
    .lean();
  const members = await findMemberships(
    db,
    userId,
    groups.map(({ _id }) => _id),
  );
  return new Map(
    groups.map((doc) => {
      const chatId = doc._id.toHexString();
      return [chatId as ChatId, toMarks(doc, userId, members.get(chatId))];
    }),
  );
}

/** What was written meanwhile stays hidden; older messages are again as they are. Idempotent. */
export async function meetAgain(deps: ChatsDeps, blockerId: UserId, blockedId: UserId): Promise<void> {
  const pair = await betweenWrites(deps, { mineId: blockerId, theirId: blockedId }, async (found, heads) => {
    const { mine } = await readPair(deps, found);
    const lasting = lastingApart(mine);
    if (!mine?.apart || !lasting) return;
    const untilSeq = Math.max(heads.seq, lasting.afterSeq);
    await storeApart(deps, found, [...mine.apart.slice(0, -1), { ...lasting, untilSeq }]);
  });
  if (!pair) return;
  const { doc, mine, theirs } = await readPair(deps, pair);
  const latest = mine?.apart?.at(-1);
  if (latest) await deps.thaw(toDirectMembership(doc), { userId: blockerId, afterRev: latest.afterRev });
  if (lastingApart(mine) ?? lastingApart(theirs)) return;
  const at = new Date(deps.clock.now());
  await chatModel(deps.db).updateOne({ _id: doc._id }, { $max: { marksAt: at } });
  for (const [userId, member] of [[blockerId, mine] as const, [blockedId, theirs] as const]) {
    const marks = { chatId: pair.chatId, userId, at, ...toMarks(doc, userId, member) };
    publishMarks(deps.broker, [blockerId, blockedId], marks);
  }
}

type Two = { readonly mineId: UserId; readonly theirId: UserId };
type Pair = Two & { readonly chatId: ChatId };

/** Undefined when they have no chat. */
async function betweenWrites(
  deps: ChatsDeps,
  two: Two,
  act: (pair: Pair, heads: LogHeads) => Promise<void>,
): Promise<Pair | undefined> {
  const doc = await chatModel(deps.db)
    .findOne({ pairKey: pairKeyOf(two.mineId, two.theirId) })
    .lean();
  if (!doc) return undefined;
  const membership = toDirectMembership(doc);
  const pair = { ...two, chatId: membership.chatId };
  await deps.betweenWrites(membership, (heads) => act(pair, heads));
  return pair;
}

async function readPair(deps: ChatsDeps, { chatId, mineId, theirId }: Pair) {
  await deps.lastMessages.settled();
  const [doc, mine, theirs] = await Promise.all([
    chatModel(deps.db).findById(chatId).orFail().lean<ChatDoc>(),
    findMember(deps.db, chatId, mineId),
    findMember(deps.db, chatId, theirId),
  ]);
  return { doc, mine, theirs };
}

async function storeApart(deps: ChatsDeps, pair: Pair, apart: readonly ApartDoc[]): Promise<void> {
  const { chatId, mineId, theirId } = pair;
  const at = new Date(deps.clock.now());
  const membership = { kind: 'direct', chatId, participants: [mineId, theirId] } as const;
  const set = { apart: [...apart], isPartial: true, changedAt: at, mineAt: at };
  await changeMember(deps.db, { membership, userId: mineId }, { $set: set });
  const { afterSeq = 0, untilSeq = null } = apart.at(-1) ?? {};
  tellApart(deps, { userId: mineId, chatId, at, stretch: { afterSeq, untilSeq } });
}

type Told = {
  readonly userId: UserId;
  readonly chatId: ChatId;
  readonly at: Date;
  readonly stretch: Stretch;
};

function tellApart({ broker }: ChatsDeps, { userId, chatId, at, stretch }: Told): void {
  publishToPeople(broker, [userId], {
    data: { type: 'hidden', chatId, seqs: [], apart: stretch },
    id: toChatsCursor(at.getTime(), `${chatId}:apart:${stretch.afterSeq}:${stretch.untilSeq ?? ''}`),
  });
  publishMine(broker, userId, { chatId, at });
}

/** Direct chats of a person in which somebody's messages are kept from them, and what these chats are to them. */
export async function findApart(
  { db }: Pick<ChatsDeps, 'db'>,
  members: ReadonlyMap<string, Parameters<typeof asSeenBy>[1]>,
): Promise<ChatDoc[]> {
  if (members.size === 0) return [];
  const ids = [...members.keys()].map((id) => new Types.ObjectId(id));
  const docs = await chatModel(db)
    .find({ _id: { $in: ids } })
    .lean();
  return docs.map((doc) => asSeenBy(doc, members.get(doc._id.toHexString())));
}
