import type { ChatId, MessageId, UserId } from '@whisper/shared';
import { findGroups } from '../../chats/find-groups.ts';
import { GroupPeople } from './chat-people.ts';
import type { LogDeps } from './log-deps.ts';
import { messageModel } from './message.model.ts';

/**
 * How far before the newest message a crash can have left a chat behind: updates lag by milliseconds, and others notice within
 * seconds that a process died.
 */
const windowMs = 60_000;
const messagesMax = 20_000;

type Deps = Pick<LogDeps, 'db' | 'clock' | 'broker' | 'lastMessages'>;

/**
 * Makes good the `chat.lastMessage` updates that a crash took, and with them that messages wait to be pushed: records the newest
 * messages again. What they say of groups is applied. The updates are guarded, so this changes nothing where nothing is missing.
 */
export async function repairChats(deps: Deps): Promise<void> {
  const { db, lastMessages } = deps;
  const newest = await messageModel(db)
    .find({}, { chat: 1, sender: 1, seq: 1, createdAt: 1, systemRev: 1 })
    .sort({ _id: -1 })
    .limit(messagesMax)
    .lean();
  const groups = await findGroups(db, [...new Set(newest.map(({ chat }) => chat.toHexString()))]);
  const since = (newest[0]?._id.getTimestamp().getTime() ?? 0) - windowMs;
  const changed = new Set<ChatId>();
  for (const doc of newest) {
    if (doc._id.getTimestamp().getTime() < since) break;
    if (doc.systemRev) changed.add(doc.chat.toHexString() as ChatId);
    lastMessages.record({
      chatId: doc.chat.toHexString() as ChatId,
      messageId: doc._id.toHexString() as MessageId,
      senderId: doc.sender.toHexString() as UserId,
      mark: doc.systemRev ? 'none' : groups.has(doc.chat.toHexString()) ? 'inMember' : 'inChat',
      seq: doc.seq,
      sentAt: doc.createdAt,
    });
  }
  await lastMessages.settled();
  for (const chatId of changed) await new GroupPeople(deps, chatId).refresh();
}
