import type { DirectChat, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { ChatsDeps } from './deps.ts';
import { AppError, isDuplicateKey } from '../platform/errors.ts';
import { requireActiveUser } from '../users/require-active-user.ts';
import { chatModel, type ChatDoc } from './chat.model.ts';
import { drawChatId } from './draw-chat-id.ts';
import { pairKeyOf } from './pair-key.ts';
import { blockedByMe, partWays } from './part-ways.ts';
import { chatNotFound } from './require-participant.ts';
import { publishContacts } from './publish-chat-events.ts';
import { settledChats } from './settled-chats.ts';
import { showChats } from './show-chats.ts';

/**
 * The one direct chat of two people, made when it is missing. However many opens run at once, from either side,
 * the unique pair key leaves one chat. The other person's list shows it from its first message on.
 */
export async function openDirect(deps: ChatsDeps, viewerId: UserId, userId: UserId): Promise<DirectChat> {
  if (userId === viewerId) throw new AppError('BAD_REQUEST', 'Cannot create chat with yourself');
  await requireActiveUser(deps, userId);
  const doc = await findOrCreate(deps, [viewerId, userId]);
  await noteOpened(deps, doc, viewerId);
  const [chat] = await showChats(deps, viewerId, [doc]);
  if (chat?.kind !== 'direct') throw chatNotFound();
  return chat;
}

/** Made in the other person's name, it is on this person's list as well from now on. */
async function noteOpened(
  { db }: ChatsDeps,
  { _id, openedBy, lastSeq }: ChatDoc,
  viewerId: UserId,
): Promise<void> {
  if (lastSeq > 0 || openedBy.some((id) => id.toHexString() === viewerId)) return;
  await chatModel(db).updateOne({ _id }, { $addToSet: { openedBy: new Types.ObjectId(viewerId) } });
}

async function findOrCreate(deps: ChatsDeps, pair: readonly [UserId, UserId]): Promise<ChatDoc> {
  const pairKey = pairKeyOf(...pair);
  const chats = await settledChats(deps);
  const known = await chats.findOne({ pairKey }).lean();
  if (known) return known;
  const [viewerId, userId] = pair;
  if ((await deps.blocks.of(viewerId)).blocked.has(userId)) throw blockedByMe();
  const now = new Date(deps.clock.now());
  try {
    const participants = pair.map((id) => new Types.ObjectId(id));
    const created = await chats.create({
      _id: drawChatId(),
      kind: 'direct',
      participants,
      pairKey,
      openedBy: participants.slice(0, 1),
      lastMessageAt: now,
      lastSeq: 0,
    });
    // Looked at after the chat is there: a block that is made at this moment looks for the chat after it is stored.
    if ((await deps.blocks.read(viewerId)).blockedBy.has(userId)) await partWays(deps, userId, viewerId);
    else publishContacts(deps.broker, pair, pair);
    return created.toObject();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const winner = await chats.findOne({ pairKey }).lean();
    if (!winner) throw error;
    return winner;
  }
}
