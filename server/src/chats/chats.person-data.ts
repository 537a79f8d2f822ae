import type { ChatId, ExportRow, UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import type { News } from '../delivery/topics.ts';
import type { DataSubject, Erased, HoldsPersonData } from '../platform/person-data.ts';
import { findUsers } from '../users/find-users.ts';
import { chatModel, type ChatDoc } from './chat.model.ts';
import { toMarks, toUserIds } from './chat.view.ts';
import type { ChatsDeps } from './deps.ts';
import { inviteModel } from './invite.model.ts';
import { listChatsEver } from './list-chats-ever.ts';
import { memberModel } from './member.model.ts';
import { pairKeyOf } from './pair-key.ts';
import { publishMine } from './publish-chat-events.ts';

const sliceSize = 100;

type Deps = Pick<ChatsDeps, 'db' | 'broker' | 'clock'> & {
  /** Tells every process, this one too. */
  readonly tell: (news: News) => void;
};

/** In the order in which they are erased: a chat is found by its people. */
export function chatsPersonData(deps: Deps): readonly HoldsPersonData[] {
  return [ofChats(deps), ofMembers(deps.db), ofInvites(deps.db)];
}

function ofChats(deps: Deps): HoldsPersonData {
  const { db } = deps;
  return {
    place: 'chats',
    holds: 'who is in a chat, who opened it or made it, the place of what each last wrote',
    async *exportRows({ userId }) {
      for (const chatId of await listChatsEver(db, userId)) yield* exportChat(db, chatId, userId);
    },
    async *erase(erased) {
      for (;;) {
        const docs = await chatModel(db).find(chatsOf(erased)).limit(sliceSize).lean();
        if (docs.length === 0) return;
        for (const doc of docs) await giveToStandIn(deps, doc, erased);
        yield docs.length;
      }
    },
    count: (subject) => chatModel(db).countDocuments(chatsOf(subject)),
  };
}

/** The key of a group's creation begins with the id of who made it; `;` follows `:`. */
function chatsOf({ userId }: DataSubject) {
  const participants = new Types.ObjectId(userId);
  return { $or: [{ participants }, { createKey: { $gte: `${userId}:`, $lt: `${userId};` } }] };
}

/** The other person of a direct chat keeps it. Who made a group is forgotten; they left it before this. */
async function giveToStandIn(deps: Deps, doc: ChatDoc, { userId, standInId }: Erased): Promise<void> {
  const chats = chatModel(deps.db);
  if (doc.createKey?.startsWith(`${userId}:`)) {
    await chats.updateOne({ _id: doc._id }, { $unset: { createKey: 1 } });
  }
  const isIn = doc.participants.some((id) => id.toHexString() === userId);
  if (doc.kind !== 'direct' || !isIn) return;
  const toStandIn = (id: Types.ObjectId) =>
    id.toHexString() === userId ? new Types.ObjectId(standInId) : id;
  const participants = doc.participants.map(toStandIn);
  const people = toUserIds({ participants });
  const sent = doc.sentSeqs?.[userId];
  const at = new Date(deps.clock.now());
  await chats.updateOne(
    { _id: doc._id },
    {
      $set: {
        participants,
        openedBy: doc.openedBy.map(toStandIn),
        ...(doc.pairKey !== undefined && { pairKey: pairKeyOf(...pairOf(people)) }),
        ...(sent !== undefined && { [`sentSeqs.${standInId}`]: sent }),
      },
      $unset: { [`sentSeqs.${userId}`]: 1 },
      $max: { marksAt: at },
    },
  );
  const chatId = doc._id.toHexString() as ChatId;
  deps.tell({ type: 'peopleChanged', chatId });
  for (const other of people) if (other !== standInId) publishMine(deps.broker, other, { chatId, at });
}

function pairOf([one, other]: readonly UserId[]): readonly [UserId, UserId] {
  if (one === undefined || other === undefined) throw new TypeError('A direct chat has two people');
  return [one, other];
}

async function* exportChat(db: Database, chatId: ChatId, userId: UserId): AsyncGenerator<ExportRow> {
  const doc = await chatModel(db).findById(chatId).lean();
  if (!doc || doc.mergedInto) return;
  const mine = await memberModel(db).findOne({ chat: chatId, user: userId }).lean();
  const other = doc.kind === 'direct' ? toUserIds(doc).find((id) => id !== userId) : undefined;
  const users = await findUsers({ db }, other ? [other] : []);
  yield {
    kind: 'chat',
    chatId,
    chatKind: doc.kind,
    name: doc.name ?? null,
    with: (other && users.get(other)) ?? null,
    createdAt: doc.createdAt,
    role: mine?.role ?? null,
    joinedAt: mine?.joinedAt ?? null,
    leftAt: mine?.leftAt ?? null,
    ...toMarks(doc, userId, mine ?? undefined),
    unreadFromSeq: mine?.unread?.fromSeq ?? null,
    mutedUntil: mine?.mutedUntil ?? null,
    pinnedAt: mine?.pinnedAt ?? null,
    archivedAt: mine?.archivedAt ?? null,
    hiddenSeqs: (mine?.hidden ?? []).map(({ seq }) => seq),
  };
}

function ofMembers(db: Database): HoldsPersonData {
  const members = memberModel(db);
  return {
    place: 'members',
    holds: 'what a chat is, or was, to a person: exported with the chats',
    async *erase({ userId }) {
      const { deletedCount } = await members.deleteMany({ user: userId });
      yield deletedCount;
    },
    count: ({ userId }) => members.countDocuments({ user: userId }),
  };
}

/** Invitations that the person made stop working; of others' it is forgotten that the person came by them. */
function ofInvites(db: Database): HoldsPersonData {
  const invites = inviteModel(db);
  return {
    place: 'invites',
    holds: 'who made an invitation to a group, and who came by it',
    async *exportRows({ userId }) {
      for await (const doc of invites.find({ createdBy: userId }).sort({ _id: 1 }).lean().cursor()) {
        const { code, createdAt, expiresAt = null, revokedAt = null, usesMax = null, uses } = doc;
        const chatId = doc.chat.toHexString() as ChatId;
        yield { kind: 'invite', code, chatId, createdAt, expiresAt, revokedAt, usesMax, uses };
      }
      for await (const { chat } of invites.find({ usedBy: userId }).sort({ _id: 1 }).lean().cursor()) {
        yield { kind: 'inviteUsed', chatId: chat.toHexString() as ChatId };
      }
    },
    async *erase({ userId }) {
      const { deletedCount } = await invites.deleteMany({ createdBy: userId });
      const { modifiedCount } = await invites.updateMany({ usedBy: userId }, { $pull: { usedBy: userId } });
      yield deletedCount + modifiedCount;
    },
    count: ({ userId }) => invites.countDocuments({ $or: [{ createdBy: userId }, { usedBy: userId }] }),
  };
}
