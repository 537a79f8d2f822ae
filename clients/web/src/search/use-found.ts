import type { MessageSearch, SearchSnapshot } from '@whisper/client';
import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { useClient } from '../store/use-client.ts';
import type { Form } from './searching.ts';

/** Keys that follow each other faster than this are one search. */
const pauseMs = 250;

export type Found = SearchSnapshot & { readonly loadMore: () => void };

const nothing: SearchSnapshot = { found: [], status: 'complete', failure: null };
const neverChanges = () => () => undefined;
const noSnapshot = () => nothing;

/** Whether it says what to look for. */
export function isAsked({ query, senderId, hasFile, from, until }: Form): boolean {
  return query.trim() !== '' || senderId !== undefined || hasFile || from !== '' || until !== '';
}

/** What the server finds for the form; what was found for the form before is shown until then. */
export function useFound(form: Form): Found {
  const { store } = useClient().client;
  const [search, setSearch] = useState<MessageSearch | null>(null);
  const { query, chatId, senderId, hasFile, from, until } = form;
  useEffect(() => {
    if (!isAsked({ query, chatId, senderId, hasFile, from, until })) return setSearch(null);
    const [after, before] = [startOfDay(from), startOfDay(until, 1)];
    const wanted = { query: query.trim(), chatId, senderId, after, before, ...(hasFile && { hasFile }) };
    const timer = setTimeout(() => setSearch(store.search(wanted)), pauseMs);
    return () => clearTimeout(timer);
  }, [store, query, chatId, senderId, hasFile, from, until]);
  useEffect(() => () => search?.close(), [search]);
  const snapshot = useSyncExternalStore(search?.subscribe ?? neverChanges, search?.getSnapshot ?? noSnapshot);
  const loadMore = useCallback(() => void search?.loadMore(), [search]);
  return { ...snapshot, loadMore };
}

/** When a day begins where one is, or so many days later; undefined for none. */
export function startOfDay(day: string, later = 0): Date | undefined {
  const [, year, month, date] = /^(\d{4,6})-(\d\d)-(\d\d)$/.exec(day) ?? [];
  return year === undefined ? undefined : new Date(Number(year), Number(month) - 1, Number(date) + later);
}
