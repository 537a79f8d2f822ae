import type { Model } from 'mongoose';
import { AppError } from '../platform/errors.ts';
import { chatModel, type ChatDoc } from './chat.model.ts';
import type { ChatsDeps } from './deps.ts';

type Deps = Pick<ChatsDeps, 'db' | 'lastMessages'>;

/**
 * The one way to what chats say of their messages (`lastMessage`, `lastSeq`, read marks): waits until what this process
 * sent before is written there. While the database refuses that, they are read as they are.
 */
export async function settledChats({ db, lastMessages }: Deps): Promise<Model<ChatDoc>> {
  await lastMessages.settled();
  return chatModel(db);
}

/** The same, for readers who would take what is missing for read: throws SERVICE_UNAVAILABLE instead. */
export async function requireSettledChats({ db, lastMessages }: Deps): Promise<Model<ChatDoc>> {
  if (await lastMessages.settled()) return chatModel(db);
  throw new AppError('SERVICE_UNAVAILABLE', 'The database is not available right now');
}
