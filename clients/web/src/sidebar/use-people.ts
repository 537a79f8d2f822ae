import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useClient, useStore } from '../store/use-client.ts';

const typingPauseMs = 120;

/** Those the server finds by a search; everybody without one. Somebody new shows up when they come online. */
export function usePeople(search: string) {
  const { api } = useClient().client;
  const online = useStore((snapshot) => snapshot.online);
  const meId = useStore((snapshot) => snapshot.me?.id);
  const query = useSettled(search.trim().normalize('NFC'), typingPauseMs);
  const people = useInfiniteQuery({
    queryKey: ['people', query],
    queryFn: ({ pageParam, signal }) => api.user.list.query({ query, cursor: pageParam }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
  const users = people.data?.pages.flatMap((page) => page.users) ?? [];

  const asked = useRef(new Set<string>());
  const isComplete = query === '' && people.isSuccess && !people.hasNextPage && !people.isFetching;
  useEffect(() => {
    if (!isComplete) return;
    const known = new Set<string>(users.map(({ id }) => id));
    const strangers = [...online].filter((id) => id !== meId && !known.has(id) && !asked.current.has(id));
    if (strangers.length === 0) return;
    for (const id of strangers) asked.current.add(id);
    void people.refetch();
  }, [online, isComplete]);

  return { ...people, users };
}

/** The value once it has stood still for `delayMs`; an emptied one at once. */
function useSettled(value: string, delayMs: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    if (value === '') return setSettled('');
    const timer = setTimeout(() => setSettled(value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
}
