import type { Chat, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { AppContext } from '../app-context.ts';
import { AppError, isDuplicateKey } from '../platform/errors.ts';
import { requireActiveUser } from '../users/require-active-user.ts';
import { chatModel, type ChatDoc } from './chat.model.ts';
import { chatNotFound } from './require-participant.ts';
import { showChats } from './show-chats.ts';

/**
 * The one direct chat of two people, made when it is missing. However many opens run at once, from either side,
 * the unique pair key leaves one chat.
 */
export async function openDirect(app: AppContext, viewerId: UserId, userId: UserId): Promise<Chat> {
  if (userId === viewerId) throw new AppError('BAD_REQUEST', 'Cannot create chat with yourself');
  await requireActiveUser(app, userId);
  await app.lastMessages.settled();
  const doc = await findOrCreate(app, [viewerId, userId]);
  const [chat] = await showChats(app, viewerId, [doc]);
  if (!chat) throw chatNotFound();
  return chat;
}

async function findOrCreate(app: AppContext, pair: readonly [UserId, UserId]): Promise<ChatDoc> {
  const pairKey = [...pair].sort().join(':');
  const chats = chatModel(app.db);
  const known = await chats.findOne({ pairKey }).lean();
  if (known) return known;
  const now = new Date(app.clock.now());
  try {
    const participants = pair.map((id) => new Types.ObjectId(id));
    const created = await chats.create({
      participants,
      pairKey,
      lastMessageAt: now,
      lastSeq: 0,
      readSeqs: {},
    });
    return created.toObject();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const winner = await chats.findOne({ pairKey }).lean();
    if (!winner) throw error;
    return winner;
  }
}
