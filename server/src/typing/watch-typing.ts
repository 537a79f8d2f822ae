import type { ChatId, TypingEvent, UserId, WatchTypingInput } from '@whisper/shared';
import type { AppContext } from '../app-context.ts';
import { requireParticipant } from '../chats/require-participant.ts';
import { createEphemeralFeed } from '../realtime/create-feed.ts';
import { FeedItem, type Feed } from '../realtime/feed.ts';
import type { FeedSource } from '../realtime/resume.ts';
import { topics } from '../realtime/topics.ts';

/** Who else types, in one chat or in all of a person's chats. Starts with those who are typing now. */
export async function watchTyping(
  app: AppContext,
  userId: UserId,
  { chatId }: WatchTypingInput,
): Promise<Feed<TypingEvent>> {
  if (chatId) await requireParticipant(app, chatId, userId);
  return createEphemeralFeed(() => createTypingSource(app, userId, chatId));
}

function createTypingSource(
  app: AppContext,
  userId: UserId,
  onlyChatId: ChatId | undefined,
): FeedSource<TypingEvent> {
  const isWanted = (chatId: ChatId) => onlyChatId === undefined || chatId === onlyChatId;
  return {
    subscribe: (listener) => app.broker.subscribe(topics.typingForUser(userId), listener),
    admit: (item) => (isWanted(item.data.chatId) ? 'send' : 'skip'),
    async *catchUp() {
      const typers = app.typing.visibleTo(userId).filter((typer) => isWanted(typer.chatId));
      yield typers.map(
        (typer) => new FeedItem({ chatId: typer.chatId, userId: typer.userId, isTyping: true }),
      );
    },
  };
}
