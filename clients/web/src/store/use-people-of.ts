import { useQuery } from '@tanstack/react-query';
import { limits, type ChatId, type UserId } from '@whisper/shared';
import { useMemo } from 'react';
import type { Person } from '../conversation/mentions.ts';
import { useClient, useStore } from './use-client.ts';

/** Who is in a chat besides me; of a large group those on the first page. The same array while they are the same. */
export function usePeopleOf(chatId: ChatId): readonly Person[] {
  const { api } = useClient().client;
  const meId = useStore(({ me }) => me?.id);
  const chat = useStore(({ chats }) => chats.find(({ id }) => id === chatId));
  const { data } = useQuery({
    queryKey: ['chat.members', chatId, chat?.kind === 'group' && chat.memberCount],
    queryFn: ({ signal }) => api.chat.members.query({ chatId, limit: limits.memberPageSizeMax }, { signal }),
    enabled: chat?.kind === 'group',
    placeholderData: (before) => before,
  });
  const participant = chat?.kind === 'direct' ? chat.participant : undefined;
  return useMemo(() => {
    if (participant) return [participant];
    return data?.members.map(({ user }) => user).filter(({ id }) => id !== meId) ?? [];
  }, [participant, data, meId]);
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
