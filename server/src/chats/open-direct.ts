import type { Chat, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { ChatsDeps } from './deps.ts';
import { AppError, isDuplicateKey } from '../platform/errors.ts';
import { requireActiveUser } from '../users/require-active-user.ts';
import type { ChatDoc } from './chat.model.ts';
import { chatNotFound } from './require-participant.ts';
import { settledChats } from './settled-chats.ts';
import { showChats } from './show-chats.ts';

/**
 * The one direct chat of two people, made when it is missing. However many opens run at once, from either side,
 * the unique pair key leaves one chat.
 */
export async function openDirect(deps: ChatsDeps, viewerId: UserId, userId: UserId): Promise<Chat> {
  await deps.rateLimits.spend('chat.openDirect', viewerId);
  if (userId === viewerId) throw new AppError('BAD_REQUEST', 'Cannot create chat with yourself');
  await requireActiveUser(deps, userId);
  const doc = await findOrCreate(deps, [viewerId, userId]);
  const [chat] = await showChats(deps, viewerId, [doc]);
  if (!chat) throw chatNotFound();
  return chat;
}

async function findOrCreate(deps: ChatsDeps, pair: readonly [UserId, UserId]): Promise<ChatDoc> {
  const pairKey = [...pair].sort().join(':');
  const chats = await settledChats(deps);
  const known = await chats.findOne({ pairKey }).lean();
  if (known) return known;
  const now = new Date(deps.clock.now());
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
