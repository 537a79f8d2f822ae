import type { ChatId, UserId } from '@whisper/shared';
import { useSyncExternalStore } from 'react';
import { useClient, useStore } from './use-client.ts';

/** What is being written to a chat, in every tab of this device, until it is sent. */
export function useDraft(chatId: ChatId): [text: string, set: (text: string) => void] {
  const { notes } = useClient();
  const name = nameOf(
    useStore(({ me }) => me?.id),
    chatId,
  );
  const text = useSyncExternalStore(notes.subscribe, () => notes.get(name));
  return [text, (value) => notes.set(name, value)];
}

/** Those of the chats in which something is being written. */
export function useDraftedIn(chatIds: readonly ChatId[]): ReadonlySet<ChatId> {
  const { notes } = useClient();
  const meId = useStore(({ me }) => me?.id);
  const isDrafted = (chatId: ChatId) => notes.get(nameOf(meId, chatId)).trim() !== '';
  const drafted = useSyncExternalStore(notes.subscribe, () => chatIds.filter(isDrafted).join());
  return new Set(chatIds.filter((chatId) => drafted.includes(chatId)));
}

function nameOf(meId: UserId | undefined, chatId: ChatId): string {
  return `whisper:draft:${meId}:${chatId}`;
}
