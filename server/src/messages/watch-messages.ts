import type { MessageCreated, MessageEvent, UserId, WatchMessagesInput } from '@whisper/shared';
import type { AppContext } from '../app-context.ts';
import { requireParticipant } from '../chats/require-participant.ts';
import { createTrackedFeed } from '../realtime/create-feed.ts';
import type { FeedItem, TrackedFeed } from '../realtime/feed.ts';
import type { FeedSource } from '../realtime/resume.ts';
import { ChatSource } from './watch-chat.ts';
import { AllChatsSource } from './watch-all-chats.ts';

/** Everything that happens in one chat, or in all of a person's chats, from `lastEventId` on. */
export async function watchMessages(
  app: AppContext,
  userId: UserId,
  input: WatchMessagesInput,
): Promise<TrackedFeed<MessageEvent>> {
  return createTrackedFeed(await prepareSource(app, userId, input));
}

/** The same, less everything that is not a new message. A reader who must know of `reset` watches all events. */
export async function watchNewMessages(
  app: AppContext,
  userId: UserId,
  input: WatchMessagesInput,
): Promise<TrackedFeed<MessageCreated>> {
  const makeSource = await prepareSource(app, userId, input);
  return createTrackedFeed(() => onlyCreated(makeSource()));
}

async function prepareSource(app: AppContext, userId: UserId, { chatId, lastEventId }: WatchMessagesInput) {
  const cursor = lastEventId ?? undefined;
  if (chatId === undefined) return () => new AllChatsSource(app, { userId, lastEventId: cursor });
  await requireParticipant(app, chatId, userId);
  return () => new ChatSource(app, { userId, chatId, lastEventId: cursor });
}

/** The items pass unchanged, so they stay encoded once; only what is not `created` is left out. */
function onlyCreated(source: FeedSource<MessageEvent>): FeedSource<MessageCreated> {
  const isCreated = (item: FeedItem<MessageEvent>): item is FeedItem<MessageCreated> =>
    item.data.type === 'created';
  return {
    subscribe: (listener) => source.subscribe((item) => isCreated(item) && listener(item)),
    admit: (item) => source.admit(item),
    async *catchUp() {
      for await (const page of source.catchUp()) yield page.filter(isCreated);
    },
  };
}
