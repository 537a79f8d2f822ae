// `npm run crowd`: many in a large group write, edit and react at once. The server and the clients have processes of their own. Ends
// with 1 when a number of the log is missing, or a client does not show what a fresh fetch says.
import { collect } from '@whisper/server/testing/collect';
import { Peer } from '@whisper/server/testing/peer';
import { bundlePrograms } from '@whisper/server/testing/programs';
import { ServerProcess } from '@whisper/server/testing/server-process';
import type { MessageEvent, UserId } from '@whisper/shared';
import { createWhisperClient, devTokens } from '../../src/node.ts';
import type { Compared, CrowdRequest } from './crowd-process.ts';
import { fetchMessages } from '../fetch-messages.ts';

const members = Number(process.env['MEMBERS'] ?? 200);
const senders = Number(process.env['SENDERS'] ?? 50);
const messages = Number(process.env['MESSAGES'] ?? 100);
const processes = Number(process.env['PROCESSES'] ?? 2);

await using _programs = await bundlePrograms();
await using server = await ServerProcess.start();
const { url } = server;
using owner = createWhisperClient({ url, getToken: devTokens(url, 'owner') });
await owner.store.when(({ isSynced }) => isSynced);

const startedAt = performance.now();
const peers = numbersTo(processes).map(() => Peer.start(new URL('crowd-process.ts', import.meta.url)));
try {
  process.exitCode = (await play()) ? 0 : 1;
} finally {
  await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
}

/** Whether everything was as it is to be. */
async function play(): Promise<boolean> {
  const ids = await askEach<UserId[]>((place) => {
    return { kind: 'signIn', url, names: partOf(members - 1, place).map((index) => `person ${index}`) };
  });
  const { id: chatId } = await owner.store.groups.create({ name: 'Crowd', memberIds: ids.flat() });
  await askEach(() => ({ kind: 'open', chatId }));
  const live = collect<{ data: MessageEvent }>((on) => owner.api.message.onEvent.subscribe({ chatId }, on));
  await live.until((items) => items.length > 0);
  say(`${members} are in the group`);

  await askEach((place) => ({ kind: 'talk', chatId, messages, indexes: partOf(senders, place) }));
  say('everything is sent');

  const stored = await fetchMessages(owner, chatId);
  const head = Math.max(...stored.map(({ rev }) => rev));
  await live.until((items) => items.some(({ data }) => 'rev' in data && data.rev === head));
  live.stop();
  const compared = await askEach<Compared>(() => ({ kind: 'compare', chatId, rev: head }));

  const texts = stored.filter(({ kind }) => kind === 'text').length;
  const revs = live.items.flatMap(({ data }) => ('rev' in data ? data.rev : []));
  const inStep = compared.reduce((sum, each) => sum + each.inStep, 0);
  const isLogWhole = stored.every(({ seq }, index) => seq === index + 1) && texts === senders * messages;
  // The group begins with its creation and those who were added.
  const areRevsWhole = revs.every((rev, index) => rev === index + 3) && revs.length === head - 2;
  say(`${texts} messages and ${head} changes, ${isLogWhole && areRevsWhole ? 'without' : 'WITH'} holes`);
  say(`${inStep} of ${members - 1} clients show what a fresh fetch says`);
  for (const { cpuMs, memoryMb } of compared)
    say(`a process of clients: ${seconds(cpuMs)} of CPU, ${memoryMb.toFixed(0)} MB`);
  return isLogWhole && areRevsWhole && inStep === members - 1;
}

function askEach<Answer = null>(requestOf: (place: number) => CrowdRequest): Promise<Answer[]> {
  return Promise.all(peers.map((peer, place) => peer.ask<Answer>(requestOf(place))));
}

/** What of so many one of the processes has. */
function partOf(count: number, place: number): number[] {
  return numbersTo(count).filter((index) => index % processes === place);
}

function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function say(line: string): void {
  console.log(`${seconds(performance.now() - startedAt).padStart(8)}  ${line}`);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
