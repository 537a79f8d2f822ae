import type { ChatId, UserId } from '@whisper/shared';
import type { ChatsDeps } from './deps.ts';
import { AppError } from '../platform/errors.ts';
import { chatModel } from './chat.model.ts';
import { toDirectMembership, type GroupMembership, type Membership } from './chat.view.ts';
import { findMember } from './find-members.ts';
import { toSight, type Sight } from './sight.ts';

type Deps = Pick<ChatsDeps, 'db' | 'memberships'>;

/** A chat that is not yours and a chat that does not exist get the same answer. */
export const chatNotFound = () => new AppError('NOT_FOUND', 'Chat not found');

/**
 * What the chat is to a person who is in it; NOT_FOUND when they are not, or there is no such chat. Its `chatId` is the one
 * to go on with: the id of a chat that was merged into another names that one.
 */
export async function requireParticipant(deps: Deps, chatId: ChatId, userId: UserId): Promise<Membership> {
  const known = deps.memberships.get(chatId);
  if (known === 'group') return requireGroupMember(deps, chatId, userId);
  return known?.participants.includes(userId) ? known : readMembership(deps, chatId, userId);
}

/** Read for a stranger to a known chat as well: an answer from memory would come sooner than for a chat that is not there. */
async function readMembership(deps: Deps, chatId: ChatId, userId: UserId): Promise<Membership> {
  const doc = await chatModel(deps.db)
    .findOne({ _id: chatId, participants: userId }, { kind: 1, participants: 1, mergedInto: 1 })
    .lean();
  if (!doc) throw chatNotFound();
  const known = doc.kind === 'group' ? doc.kind : toDirectMembership(doc);
  deps.memberships.set(chatId, known);
  return known === 'group' ? requireGroupMember(deps, chatId, userId) : known;
}

/** Who is in a group changes, on any node, so it is read each time. */
async function requireGroupMember({ db }: Deps, chatId: ChatId, userId: UserId): Promise<GroupMembership> {
  const member = await findMember(db, chatId, userId);
  if (!member?.role) throw chatNotFound();
  const { role, joinedRev = 0 } = member;
  return { kind: 'group', chatId, role, joinedRev, sight: toSight(member) };
}

type Reader = { readonly chatId: ChatId; readonly userId: UserId };

/** The chat to read in, and what of it is shown. */
export type Readable = { readonly chatId: ChatId; readonly sight: Sight };

/**
 * Reads in a chat for one of its people. Whether they are in it is seen before and, in a group, after: nothing is written
 * for the others before who was removed is out, so that they never read what was written afterwards.
 */
export async function readAs<T>(
  deps: Deps,
  { chatId, userId }: Reader,
  read: (chat: Readable) => Promise<T>,
): Promise<T> {
  const membership = await requireParticipant(deps, chatId, userId);
  if (membership.kind === 'direct') {
    const sight = toSight(await findMember(deps.db, membership.chatId, userId));
    return read({ chatId: membership.chatId, sight });
  }
  for (let before = membership; ; ) {
    const result = await read(before);
    const after = await requireGroupMember(deps, chatId, userId);
    // Whoever was put out and brought back between the two may have got what was written meanwhile.
    if (after.joinedRev === before.joinedRev) return result;
    before = after;
  }
}
