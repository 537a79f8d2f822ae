import type { ChatId, UserId } from '@whisper/shared';
import { useMemo } from 'react';
import type { Person } from '../conversation/mentions.ts';
import { useStore } from './use-client.ts';

/** Who is in a chat besides me, as far as it is known here. The same array while they are the same. */
export function usePeopleOf(chatId: ChatId): readonly Person[] {
  const chat = useStore(({ chats }) => chats.find(({ id }) => id === chatId));
  const participant = chat?.kind === 'direct' ? chat.participant : undefined;
  return useMemo(() => (participant ? [participant] : []), [participant]);
}

/** Names the people of a chat; me by my own name. */
export function useNameOf(chatId: ChatId): (id: UserId) => string | undefined {
  const me = useStore((snapshot) => snapshot.me);
  const people = usePeopleOf(chatId);
  return useMemo(() => {
    const names = new Map([...people, ...(me ? [me] : [])].map(({ id, name }) => [id, name]));
    return (id) => names.get(id);
  }, [me, people]);
}
