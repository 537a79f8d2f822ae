import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { GroupChat } from '@whisper/shared';
import { useEffect } from 'react';
import { useClient } from '../store/use-client.ts';

/** The people of a group, owners first; fetched again when something happened to the group. */
export function useMembers({ id: chatId, lastMessage }: GroupChat, query: string) {
  const { api } = useClient().client;
  const members = useInfiniteQuery({
    queryKey: ['chat.members', chatId, 'all', query],
    queryFn: ({ pageParam, signal }) =>
      api.chat.members.query({ chatId, cursor: pageParam, ...(query && { query }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const changedAt = lastMessage?.system ? lastMessage.rev : null;
  useEffect(() => {
    if (changedAt !== null) void members.refetch();
  }, [changedAt]);
  return { ...members, members: members.data?.pages.flatMap((page) => page.members) ?? [] };
}
