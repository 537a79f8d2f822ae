import type { ChatId } from '@whisper/shared';
import { createBoundedCache } from './platform/bounded-cache.ts';
import type { KnownChat } from './chats/chat.view.ts';
import type { ChatsDeps, UnreadRange } from './chats/deps.ts';
import { createListContacts } from './chats/list-contacts.ts';
import { meetAgain, partWays } from './chats/part-ways.ts';
import { publishBlocksChanged } from './chats/publish-chat-events.ts';
import { thawed } from './messages/log/frozen.ts';
import type { MessageLog } from './messages/log/message-log.ts';
import {
  countUnread,
  findFrozen,
  findMessages,
  findNewestShown,
  listUnread,
} from './messages/log/read-log.ts';
import type { UsersDeps } from './users/deps.ts';

const membershipsMax = 50_000;

type Own = Pick<ChatsDeps, 'db' | 'clock' | 'broker' | 'writes' | 'lastMessages' | 'blocks' | 'streams'>;

/** What chats need, with what uses the rooms above them. */
export function createChatsDeps(own: Own, messageLog: MessageLog): ChatsDeps {
  return {
    ...own,
    memberships: createBoundedCache<ChatId, KnownChat>(membershipsMax),
    listContacts: createListContacts(own.db),
    ...handDown({ ...own, messageLog }),
  };
}

/** What people use of the chats above them. */
export function tellChats(chats: ChatsDeps): Pick<UsersDeps, 'partWays' | 'meetAgain' | 'tellBlocksChanged'> {
  return {
    partWays: (...two) => partWays(chats, ...two),
    meetAgain: (...two) => meetAgain(chats, ...two),
    tellBlocksChanged: (userId, at) => publishBlocksChanged(chats.broker, userId, at),
  };
}

type Below = Pick<ChatsDeps, 'db' | 'blocks'> & { readonly messageLog: MessageLog };

type HandedDown = Pick<
  ChatsDeps,
  'findMessages' | 'findNewestShown' | 'countUnread' | 'listUnread' | 'changeGroup' | 'betweenWrites' | 'thaw'
>;

/** What chats use of the messages above them. */
function handDown({ db, blocks, messageLog }: Below): HandedDown {
  const counted = async (range: UnreadRange) => ({
    ...range,
    notFrom: (await blocks.of(range.viewerId)).blocked,
  });
  return {
    findMessages: (ids) => findMessages(db, ids),
    findNewestShown: (chatId, sight) => findNewestShown(db, chatId, sight),
    countUnread: async (range) => countUnread(db, await counted(range)),
    listUnread: async (range, limit) => listUnread(db, await counted(range), limit),
    changeGroup: (chatId, change) => messageLog.changeGroup(chatId, change),
    betweenWrites: (membership, act) => messageLog.betweenWrites(membership, act),
    async thaw(membership, { userId, afterRev }) {
      const { chatId } = membership;
      for (const messageId of await findFrozen(db, { chatId, afterRev, userId })) {
        await messageLog.change(membership, { messageId, by: userId, change: thawed(userId) });
      }
    },
  };
}
