import type { Message, MessageId, UserId } from '@whisper/shared';
import type { Membership } from '../chats/chat.view.ts';
import { requireParticipant } from '../chats/require-participant.ts';
import { sightIn } from '../chats/find-members.ts';
import { asShown, mayBeOpened, type Sight } from '../chats/sight.ts';
import { AppError } from '../platform/errors.ts';
import type { MessagesDeps } from './deps.ts';
import { messageNotFound, type ChangeMessage } from './log/change-message.ts';
import { findMessages } from './log/read-log.ts';

type Opened = { readonly membership: Membership; readonly sight: Sight; readonly message: Message };

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
  return { membership, sight, message: await showTo(deps, sight, message) };
}

/** A message as it is shown to the person whose sight this is. */
export async function showTo(
  { db }: Pick<MessagesDeps, 'db'>,
  sight: Sight,
  message: Message,
): Promise<Message> {
  if (sight.viewerId === undefined) return asShown(sight, message);
  const mine = (await findMessages(db, [message.id], sight.viewerId)).get(message.id);
  if (!mine) throw messageNotFound();
  return asShown(sight, mine);
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

/** Changes what was opened, and answers it as it is shown to whoever changes it. */
export async function changeOpened(
  deps: MessagesDeps,
  { membership, sight, message }: Opened,
  { by, change }: { readonly by: UserId; readonly change: ChangeMessage },
): Promise<Message> {
  const changed = await deps.messageLog.change(membership, { messageId: message.id, by, change });
  return showTo(deps, sight, changed);
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
