// A part of a crowd in a process of its own: the shipped client, once for each of these people.
import { serve } from '@whisper/server/testing/peer';
import type { ChatId, Message, UserId } from '@whisper/shared';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { createWhisperClient, devTokens, messagesOf, type WhisperClient } from '../../src/node.ts';
import { fetchMessages } from '../fetch-messages.ts';
import { talk } from './talk.ts';

export type CrowdRequest =
  | { readonly kind: 'signIn'; readonly url: string; readonly names: readonly string[] }
  | { readonly kind: 'open'; readonly chatId: ChatId }
  /** Those of them who write, each by their number in the whole crowd. */
  | {
      readonly kind: 'talk';
      readonly chatId: ChatId;
      readonly indexes: readonly number[];
      readonly messages: number;
    }
  | { readonly kind: 'compare'; readonly chatId: ChatId; readonly rev: number };

/** How many show what a fresh fetch says, in messages and chats. */
export type Compared = { readonly inStep: number; readonly cpuMs: number; readonly memoryMb: number };

/** How many sign in at once. */
const stride = 20;
/** How often it is looked whether what is on its way has come. */
const looks = { max: 50, everyMs: 200 };

const clients: WhisperClient[] = [];

serve<CrowdRequest>(async (request) => {
  switch (request.kind) {
    case 'signIn':
      return signIn(request.url, request.names);
    case 'open':
      return void (await Promise.all(clients.map(({ store }) => store.openChat(request.chatId))));
    case 'talk': {
      const { chatId, indexes, messages } = request;
      return void (await Promise.all(
        clients.slice(0, indexes.length).map(({ store }, place) => {
          return talk(store, { chatId, index: indexes[place] ?? place, messages });
        }),
      ));
    }
    case 'compare':
      return compare(request.chatId, request.rev);
  }
});

async function signIn(url: string, names: readonly string[]): Promise<UserId[]> {
  while (clients.length < names.length) {
    const opened = names
      .slice(clients.length, clients.length + stride)
      .map((name) => createWhisperClient({ url, getToken: devTokens(url, name) }));
    await Promise.all(opened.map(({ store }) => store.when(({ isSynced }) => isSynced)));
    clients.push(...opened);
  }
  return clients.flatMap(({ store }) => store.getSnapshot().me?.id ?? []);
}

async function compare(chatId: ChatId, rev: number): Promise<Compared> {
  await Promise.all(
    clients.map(({ store }) =>
      store.when(({ open }) => {
        const view = open.get(chatId);
        return view?.status === 'ready' && view.log.rev >= rev;
      }),
    ),
  );
  const [first] = clients;
  const stored = first ? await fetchMessages(first, chatId) : [];
  let inStep = 0;
  for (const client of clients) if (await isInStep(client, chatId, stored)) inStep += 1;
  const { user, system } = process.cpuUsage();
  return { inStep, cpuMs: (user + system) / 1_000, memoryMb: process.memoryUsage.rss() / 2 ** 20 };
}

async function isInStep({ store, api }: WhisperClient, chatId: ChatId, stored: Message[]): Promise<boolean> {
  for (let look = 0; look < looks.max; look += 1) {
    const { chats } = await api.chat.list.query({});
    const shown = store.getSnapshot();
    if (
      isDeepStrictEqual(messagesOf(shown.open.get(chatId)), stored) &&
      isDeepStrictEqual(shown.chats, chats)
    )
      return true;
    await sleep(looks.everyMs);
  }
  return false;
}
