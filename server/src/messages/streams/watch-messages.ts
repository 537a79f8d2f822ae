import type { MessageCreated, MessageEvent, UserId, WatchMessagesInput } from '@whisper/shared';
import { requireParticipant } from '../../chats/require-participant.ts';
import { createTrackedFeed, inTurnOf } from '../../delivery/resume.ts';
import type { FeedItem, TrackedFeed } from '@whisper/trpc-socket/feed';
import type { FeedSource } from '../../delivery/resume.ts';
import type { StreamDeps } from './replay.ts';
import { ChatSource } from './watch-chat.ts';
import { AllChatsSource } from './watch-all-chats.ts';

/** Everything that happens in one chat, or in all of a person's chats, from `lastEventId` on. */
export async function watchMessages(
  deps: StreamDeps,
  userId: UserId,
  input: WatchMessagesInput,
): Promise<TrackedFeed<MessageEvent>> {
  return createTrackedFeed(await prepareSource(deps, userId, input), inTurnOf(deps.streams, userId));
}

/** The same, less everything that is not a new message. A reader who must know of `reset` watches all events. */
export async function watchNewMessages(
  deps: StreamDeps,
  userId: UserId,
  input: WatchMessagesInput,
): Promise<TrackedFeed<MessageCreated>> {
  const makeSource = await prepareSource(deps, userId, input);
  return createTrackedFeed(() => onlyCreated(makeSource()), inTurnOf(deps.streams, userId));
}

async function prepareSource(deps: StreamDeps, userId: UserId, input: WatchMessagesInput) {
  const cursor = input.lastEventId ?? undefined;
  if (input.chatId === undefined) return () => new AllChatsSource(deps, { userId, lastEventId: cursor });
  const { chatId, kind } = await requireParticipant(deps, input.chatId, userId);
  return () => new ChatSource(deps, { userId, chatId, kind, lastEventId: cursor });
}

function isCreated(item: FeedItem<MessageEvent>): item is FeedItem<MessageCreated> {
  switch (item.data.type) {
    case 'created':
      return true;
    case 'updated':
    case 'synced':
    case 'reset':
      return false;
  }
}

/** The items pass unchanged, so they stay encoded once; only what is not `created` is left out. */
function onlyCreated(source: FeedSource<MessageEvent>): FeedSource<MessageCreated> {
  return {
    subscribe: (listener, onMissed) =>
      source.subscribe((item) => isCreated(item) && listener(item), onMissed),
    admit: (item) => source.admit(item),
    async *catchUp() {
      for await (const page of source.catchUp()) yield page.filter(isCreated);
    },
  };
}
