import { randomUUID } from 'node:crypto';
import { Peer } from '../../src/testing/peer.ts';
import { issueToken } from '../issue-token.ts';
import type { WhisperRequest } from '../send/whisper-process.ts';
import { TrpcCaller } from '../trpc-caller.ts';
import type { Fleet, Gathering, Ground } from './fleet.ts';
import { connectPerson } from './person.ts';

/** Sockets that open at once. */
const openingMax = 50;

export async function startWhisper(ground: Ground): Promise<Fleet> {
  const module = new URL('../send/whisper-process.ts', import.meta.url);
  const peers = [Peer.start(module), Peer.start(module)] as const;
  const ports: number[] = [];
  // One after the other: the first prepares the database.
  for (const peer of peers) {
    ports.push(await peer.ask<number>({ kind: 'start', ...ground } satisfies WhisperRequest));
  }
  const [first = 0, second = 0] = ports;
  return {
    name: 'Whisper',
    peers,
    gather: (readers, on, onDelivered) =>
      gather({ readers, ports: { sender: first, reader: on === 0 ? first : second }, onDelivered }),
  };
}

type Wanted = {
  readonly readers: number;
  readonly ports: { readonly sender: number; readonly reader: number };
  readonly onDelivered: (payload: Buffer) => void;
};

/** A direct chat with one reader, or a group with several, each on the stream of all their chats. */
async function gather({ readers, ports, onDelivered }: Wanted): Promise<Gathering> {
  const sender = await TrpcCaller.open(ports.sender, await issueToken(ports.sender));
  const people = await inTurns(Array.from({ length: readers }), async () => {
    const token = await issueToken(ports.reader);
    const reader = await TrpcCaller.open(ports.reader, token);
    const { id } = await reader.call('query', 'auth.me', null);
    reader.close();
    return { token, id };
  });
  const userIds = people.map(({ id }) => id);
  const group = { name: 'Bench', memberIds: userIds, clientId: randomUUID() };
  const { id: chatId } =
    readers === 1
      ? await sender.call('mutation', 'chat.openDirect', { userId: userIds[0] })
      : await sender.call('mutation', 'chat.createGroup', group);
  const onEvent = (payload: Buffer) => {
    if (payload.includes('"created"') && payload.includes('@@')) onDelivered(payload);
  };
  const sockets = await inTurns(people, ({ token }) =>
    connectPerson({ port: ports.reader, token, path: 'message.onEvent', input: {}, onEvent }),
  );
  return {
    sockets,
    async send(text) {
      await sender.call('mutation', 'message.send', { chatId, text, clientId: randomUUID() });
    },
  };
}

async function inTurns<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += openingMax) {
    results.push(...(await Promise.all(items.slice(start, start + openingMax).map(act))));
  }
  return results;
}
