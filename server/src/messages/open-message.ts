import type { Message, MessageId, UserId } from '@whisper/shared';
import type { Membership } from '../chats/chat.view.ts';
import { requireParticipant } from '../chats/require-participant.ts';
import { sightIn } from '../chats/find-members.ts';
import { asShown, mayBeOpened } from '../chats/sight.ts';
import { AppError } from '../platform/errors.ts';
import type { MessagesDeps } from './deps.ts';
import { messageNotFound } from './log/change-message.ts';
import { findMessages } from './log/read-log.ts';

type Opened = { readonly membership: Membership; readonly message: Message };

/**
 * A message and what its chat is to the person; NOT_FOUND, in the same words, when it is not there, when the chat is not
 * one's own, and when it lies before what is shown. The message is read first: who was removed meanwhile does not get it.
 */
export async function openMessage(
  deps: Pick<MessagesDeps, 'db' | 'memberships'>,
  messageId: MessageId,
  viewerId: UserId,
): Promise<Opened> {
  const message = (await findMessages(deps.db, [messageId])).get(messageId);
  if (!message) throw messageNotFound();
  const membership = await requireMembership(deps, message, viewerId);
  const sight = await sightIn(deps.db, membership, viewerId);
  if (!mayBeOpened(sight, message.seq)) throw messageNotFound();
  const isSame = sight.viewerId === undefined;
  const mine = isSame ? message : (await findMessages(deps.db, [messageId], viewerId)).get(messageId);
  if (!mine) throw messageNotFound();
  return { message: asShown(sight, mine), membership };
}

/** The same for what is done to a message: nothing is done to a system message. */
export async function openForChange(
  deps: Pick<MessagesDeps, 'db' | 'memberships'>,
  messageId: MessageId,
  viewerId: UserId,
): Promise<Opened> {
  const opened = await openMessage(deps, messageId, viewerId);
  if (opened.message.kind === 'system') throw new AppError('FORBIDDEN', 'A system message cannot be changed');
  return opened;
}

function requireMembership(
  deps: Pick<MessagesDeps, 'db' | 'memberships'>,
  { chatId }: Message,
  viewerId: UserId,
): Promise<Membership> {
  return inItsWords(requireParticipant(deps, chatId, viewerId));
}

/** Who is not in the chat of a message hears of the message alone. */
export async function inItsWords<T>(done: Promise<T>): Promise<T> {
  try {
    return await done;
  } catch (error) {
    throw error instanceof AppError && error.code === 'NOT_FOUND' ? messageNotFound() : error;
  }
}
