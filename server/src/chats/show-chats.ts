import type { Chat, ChatId, Message, MessageId, Unread, User, UserId } from '@whisper/shared';
import type { ChatsDeps } from './deps.ts';
import { findUsers } from '../users/find-users.ts';
import { asSeenBy, marksToldInGroup } from './apart.ts';
import type { ChatDoc } from './chat.model.ts';
import { isSmall, readUpTo, toDirectChat, toGroupChat, toMarks, toUserIds } from './chat.view.ts';
import { findAllMembers, findMember, findMemberships, memberKey } from './find-members.ts';
import type { MemberDoc } from './member.model.ts';
import { asShown, isShown, toSight, type Sight } from './sight.ts';

type Deps = Pick<ChatsDeps, 'db' | 'blocks' | 'findMessages' | 'findNewestShown' | 'countUnread'>;

/**
 * Adds the people, the last messages and what is unread to chats; a chat that is read costs no look-up of its own. Who is
 * in a group is read last: whatever was read before was written while the person was in it. A group they left is not shown.
 */
export async function showChats(deps: Deps, viewerId: UserId, docs: readonly ChatDoc[]): Promise<Chat[]> {
  const [users, lastMessages] = await Promise.all([
    findUsers(
      deps,
      docs.filter(isDirect).map((doc) => otherOf(doc, viewerId)),
    ),
    deps.findMessages(docs.flatMap((doc) => lastOf(doc) ?? [])),
  ]);
  const [members, mine] = await Promise.all([
    findAllMembers(
      deps.db,
      docs.filter(isSmall).map(({ _id }) => _id),
    ),
    findMemberships(
      deps.db,
      viewerId,
      docs.filter((doc) => !isDirect(doc)).map(({ _id }) => _id),
    ),
  ]);
  const memberOf = (doc: ChatDoc, userId: UserId) =>
    isDirect(doc) ? members.get(memberKey(doc._id, userId)) : mine.get(doc._id.toHexString());
  const shown = await Promise.all(
    docs.map((stored) => {
      const last = lastMessages.get(lastOf(stored) ?? ('' as MessageId)) ?? null;
      const parts = { last, mine: memberOf(stored, viewerId) };
      const doc = asSeenBy(stored, parts.mine);
      return isDirect(doc)
        ? showDirect(deps, doc, { viewerId, ...parts, users, members })
        : showGroup(deps, doc, { viewerId, ...parts, members });
    }),
  );
  return shown.filter((chat) => chat !== null);
}

type Parts = {
  readonly viewerId: UserId;
  readonly last: Message | null;
  readonly mine: MemberDoc | undefined;
};

type DirectParts = Parts & {
  readonly users: ReadonlyMap<UserId, User>;
  readonly members: ReadonlyMap<string, MemberDoc>;
};

async function showDirect(
  deps: Deps,
  doc: ChatDoc,
  { users, members, ...parts }: DirectParts,
): Promise<Chat | null> {
  const participant = users.get(otherOf(doc, parts.viewerId));
  // People are never removed, only emptied, so a missing one means the id never was a person's.
  if (!participant) return null;
  const theirs = members.get(memberKey(doc._id, participant.id));
  return toDirectChat(doc, parts.viewerId, { ...(await showMine(deps, doc, parts)), participant, theirs });
}

async function showGroup(
  deps: Deps,
  doc: ChatDoc,
  { members, ...parts }: Parts & Pick<DirectParts, 'members'>,
): Promise<Chat | null> {
  const role = parts.mine?.role;
  if (!role) return null;
  const others = isSmall(doc) ? toUserIds(doc).filter((userId) => userId !== parts.viewerId) : undefined;
  const blocks = await deps.blocks.of(parts.viewerId);
  const marks = others?.flatMap((userId) => {
    const theirs = members.get(memberKey(doc._id, userId));
    const now = toMarks(doc, userId, theirs);
    const told = theirs ? marksToldInGroup(now, blocks, theirs) : now;
    return told ? [{ userId, ...told }] : [];
  });
  return toGroupChat(doc, parts.viewerId, { ...(await showMine(deps, doc, parts)), role, marks });
}

async function showMine(deps: Deps, doc: ChatDoc, { viewerId, last, mine }: Parts) {
  const sight = toSight(mine);
  const chatId = doc._id.toHexString() as ChatId;
  const [lastMessage, unread] = await Promise.all([
    !last || isSeenAlike(sight, last.seq) ? last : findNewest(deps, mine, { chatId, userId: viewerId }),
    countUnread(deps, { doc, viewerId, mine }),
  ]);
  return { mine, lastMessage: lastMessage && asShown(sight, lastMessage), unread };
}

/** Whether the message is shown, and to the person what it is to everyone. */
function isSeenAlike(sight: Sight, seq: number): boolean {
  return sight.apart.length === 0 && isShown(sight, seq);
}

type Viewing = { readonly chatId: ChatId; readonly userId: UserId };

/** Nothing of a chat that the person is not in any more, or not in the same way: it was read too late for that. */
async function findNewest(
  deps: Deps,
  mine: MemberDoc | undefined,
  { chatId, userId }: Viewing,
): Promise<Message | null> {
  const newest = await deps.findNewestShown(chatId, toSight(mine));
  const after = await findMember(deps.db, chatId, userId);
  return after?.joinedRev === mine?.joinedRev ? newest : null;
}

type Counted = {
  readonly doc: Pick<ChatDoc, '_id' | 'lastSeq' | 'lastMessageAt' | 'sentSeqs'>;
  readonly viewerId: UserId;
  readonly mine: MemberDoc | undefined;
};

/** What is unread to a person in a chat. */
export async function countUnread(deps: Pick<ChatsDeps, 'countUnread'>, counted: Counted): Promise<Unread> {
  const range = toUnreadRange(counted);
  return range.afterSeq >= counted.doc.lastSeq ? { unread: 0, unreadMentions: 0 } : deps.countUnread(range);
}

export function toUnreadRange({ doc, viewerId, mine }: Counted) {
  return {
    chatId: doc._id.toHexString() as ChatId,
    afterSeq: readUpTo(doc, viewerId, mine),
    untilSeq: doc.lastSeq,
    viewerId,
    sight: toSight(mine),
  };
}

function isDirect({ kind }: ChatDoc): boolean {
  return kind === 'direct';
}

function otherOf({ participants }: ChatDoc, viewerId: UserId): UserId {
  const other = participants.find((id) => id.toHexString() !== viewerId);
  return (other?.toHexString() ?? viewerId) as UserId;
}

function lastOf({ lastMessage }: ChatDoc): MessageId | undefined {
  return lastMessage?.toHexString() as MessageId | undefined;
}
