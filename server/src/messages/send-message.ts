import type { Message, MessageId, SendMessageInput, UserId } from '@whisper/shared';
import { areIn, sightIn } from '../chats/find-members.ts';
import { requireParticipant } from '../chats/require-participant.ts';
import { mayBeOpened } from '../chats/sight.ts';
import type { Membership } from '../chats/chat.view.ts';
import type { Viewer } from '../identity/viewer.ts';
import { AppError } from '../platform/errors.ts';
import type { MessagesDeps } from './deps.ts';
import { findMessages } from './log/read-log.ts';
import { showTo } from './open-message.ts';
import { requireAttachments } from './require-attachments.ts';

/**
 * Stores a message and tells everyone in the chat. The answer means: durable, numbered and announced. The same
 * `clientId` again is the same message, for ever; with another text, chat or files it is CONFLICT.
 */
export async function sendMessage(
  deps: MessagesDeps,
  viewer: Viewer,
  { chatId, text, clientId, replyTo, mentions = [], attachmentIds = [] }: SendMessageInput,
): Promise<Message> {
  const membership = await requireParticipant(deps, chatId, viewer.id);
  const stopTimer = deps.metrics.sendSeconds.startTimer();
  const message = await deps.messageLog.append(membership, {
    chatId: membership.chatId,
    sender: viewer.user,
    text,
    clientId,
    replyTo: replyTo ? await requireOriginal(deps, { membership, viewerId: viewer.id }, replyTo) : null,
    forwardedFrom: null,
    mentions: mentions.length === 0 ? [] : await requireMentions(deps, membership, mentions),
    attachments:
      attachmentIds.length === 0
        ? []
        : await requireAttachments(deps, {
            owner: viewer.id,
            chatId: membership.chatId,
            clientId,
            fileIds: attachmentIds,
          }),
    system: null,
  });
  stopTimer();
  deps.endTyping(membership.chatId, viewer.id);
  if (!message.replyTo) return message;
  return showTo(deps, await sightIn(deps.db, membership, viewer.id), message);
}

type Answering = { readonly membership: Membership; readonly viewerId: UserId };

/** BAD_REQUEST for one that cannot be answered here. */
async function requireOriginal(
  { db }: MessagesDeps,
  { membership, viewerId }: Answering,
  messageId: MessageId,
): Promise<MessageId> {
  const original = (await findMessages(db, [messageId], viewerId)).get(messageId);
  const isHere =
    original?.chatId === membership.chatId &&
    original.kind === 'text' &&
    mayBeOpened(await sightIn(db, membership, viewerId), original.seq);
  if (!original || !isHere) throw new AppError('BAD_REQUEST', 'A reply answers a message of the same chat');
  return messageId;
}

/** Each person once; BAD_REQUEST for somebody who is not in the chat. */
export async function requireMentions(
  { db }: Pick<MessagesDeps, 'db'>,
  membership: Membership,
  mentions: readonly UserId[],
): Promise<UserId[]> {
  const named = [...new Set(mentions)];
  if (named.length === 0 || (await areIn(db, membership, named))) return named;
  throw new AppError('BAD_REQUEST', 'Only people of the chat can be mentioned');
}
