import type { Chat, ChatId, GroupState, Marks, Message, Role, Unread, User, UserId } from '@whisper/shared';
import { limits } from '@whisper/shared';
import type { Types } from 'mongoose';
import { lastingApart, marksTold } from './apart.ts';
import type { ChatDoc } from './chat.model.ts';
import type { MemberDoc } from './member.model.ts';
import type { Sight } from './sight.ts';

/** Two people, for ever. */
export type DirectMembership = {
  readonly kind: 'direct';
  readonly chatId: ChatId;
  readonly participants: readonly UserId[];
};

/** What a group is to one of its people at the moment. */
export type GroupMembership = {
  readonly kind: 'group';
  readonly chatId: ChatId;
  readonly role: Role;
  readonly sight: Sight;
  /** The rev with which they came: another one is another time that they are in it. */
  readonly joinedRev: number;
};

/** A chat, as far as other rooms need to know of one. */
export type Membership = DirectMembership | GroupMembership;

/** What is remembered of a chat: a direct chat's people, who never change, or that it is a group. */
export type KnownChat = DirectMembership | 'group';

export function toDirectMembership(
  doc: Pick<ChatDoc, '_id' | 'participants' | 'mergedInto'>,
): DirectMembership {
  return {
    kind: 'direct',
    chatId: (doc.mergedInto ?? doc._id).toHexString() as ChatId,
    participants: toUserIds(doc),
  };
}

export function toUserIds({ participants }: Pick<ChatDoc, 'participants'>): UserId[] {
  return participants.map(toUserId);
}

export function toUserId(id: Types.ObjectId): UserId {
  return id.toHexString() as UserId;
}

type Shown = {
  readonly mine: MemberDoc | undefined;
  readonly lastMessage: Message | null;
  readonly unread: Unread;
};

function toCommon(doc: ChatDoc, viewerId: UserId, { mine, lastMessage, unread }: Shown) {
  return {
    id: doc._id.toHexString() as ChatId,
    lastMessage,
    lastMessageAt: doc.lastMessageAt,
    lastSeq: doc.lastSeq,
    ...unread,
    readSeq: readUpTo(doc, viewerId, mine),
    mutedUntil: mine?.mutedUntil ?? null,
    pinnedAt: mine?.pinnedAt ?? null,
    archivedAt: mine?.archivedAt ?? null,
    createdAt: doc.createdAt,
  };
}

type ShownDirect = Shown & { readonly participant: User; readonly theirs: MemberDoc | undefined };

/** The direct chat as `viewerId` sees it. */
export function toDirectChat(doc: ChatDoc, viewerId: UserId, shown: ShownDirect): Chat {
  const theirs = marksTold(toMarks(doc, shown.participant.id, shown.theirs), shown);
  return {
    kind: 'direct',
    ...toCommon(doc, viewerId, shown),
    participant: shown.participant,
    theirReadSeq: theirs.readSeq,
    theirDeliveredSeq: theirs.deliveredSeq,
    ...(lastingApart(shown.mine) && { isBlocked: true }),
  };
}

type ShownGroup = Shown & {
  readonly role: Role;
  /** Of the others, where it is small. */
  readonly marks: Marks[] | undefined;
};

/** The group as `viewerId` sees it, who is in it. */
export function toGroupChat(doc: ChatDoc, viewerId: UserId, { role, marks, ...shown }: ShownGroup): Chat {
  const state = toGroupState(doc);
  const { name, avatar } = state;
  return {
    kind: 'group',
    ...toCommon(doc, viewerId, shown),
    ...state,
    myRole: role,
    participant: { id: toUserId(doc._id), name, email: '', avatar },
    ...(marks && { marks }),
  };
}

/** Everybody in the chat is told how far each of them has come. */
export function isSmall({ participants }: Pick<ChatDoc, 'participants'>): boolean {
  return participants.length <= limits.smallChatMax;
}

export function toGroupState(
  doc: Pick<
    ChatDoc,
    'name' | 'avatar' | 'participants' | 'historyVisible' | 'slowModeSeconds' | 'readOnly' | 'retentionDays'
  >,
): GroupState {
  return {
    name: doc.name ?? '',
    avatar: doc.avatar ?? null,
    memberCount: doc.participants.length,
    historyVisible: doc.historyVisible ?? true,
    slowModeSeconds: doc.slowModeSeconds ?? 0,
    readOnly: doc.readOnly ?? false,
    retentionDays: doc.retentionDays ?? null,
  };
}

/** How far a person has come in the chat. Whoever writes has read, and what was read was delivered. */
export function toMarks(
  { sentSeqs }: Pick<ChatDoc, 'sentSeqs'>,
  userId: UserId,
  member: MemberDoc | undefined,
): Omit<Marks, 'userId'> {
  const readSeq = Math.max(member?.readSeq ?? 0, sentSeqs?.[userId] ?? 0);
  return { readSeq, deliveredSeq: Math.max(readSeq, member?.deliveredSeq ?? 0) };
}

/** The place after which messages count as unread to a person. */
export function readUpTo(
  doc: Pick<ChatDoc, 'sentSeqs'>,
  userId: UserId,
  member: MemberDoc | undefined,
): number {
  const { readSeq } = toMarks(doc, userId, member);
  const wanted = member?.unread;
  return wanted && readSeq <= wanted.readSeq ? Math.min(readSeq, wanted.fromSeq - 1) : readSeq;
}
