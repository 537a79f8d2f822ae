import type { ChatId, TypingEvent, UserId, WatchTypingInput } from '@whisper/shared';
import { requireParticipant } from '../chats/require-participant.ts';
import { createEphemeralFeed } from '../delivery/resume.ts';
import type { Feed } from '@whisper/trpc-socket/feed';
import type { FeedSource } from '../delivery/resume.ts';
import { topics } from '../delivery/topics.ts';
import type { TypingDeps } from './deps.ts';

/** Who else types, in one chat or in all of a person's chats. Starts with those who are typing now. */
export async function watchTyping(
  deps: Pick<TypingDeps, 'db' | 'memberships' | 'broker' | 'typing'>,
  userId: UserId,
  { chatId }: WatchTypingInput,
): Promise<Feed<TypingEvent>> {
  const membership = chatId && (await requireParticipant(deps, chatId, userId));
  return createEphemeralFeed(() => createTypingSource(deps, userId, membership?.chatId));
}

function createTypingSource(
  deps: Pick<TypingDeps, 'broker' | 'typing'>,
  userId: UserId,
  onlyChatId: ChatId | undefined,
): FeedSource<TypingEvent> {
  const isWanted = (chatId: ChatId) => onlyChatId === undefined || chatId === onlyChatId;
  return {
    subscribe: (listener) =>
      deps.broker.subscribe(topics.typingForUser(userId), (data) => listener({ data })),
    admit: (item) => (isWanted(item.data.chatId) ? 'send' : 'skip'),
    async *catchUp() {
      const typers = deps.typing.visibleTo(userId).filter((typer) => isWanted(typer.chatId));
      yield typers.map((typer) => ({ data: { chatId: typer.chatId, userId: typer.userId, isTyping: true } }));
    },
  };
}
