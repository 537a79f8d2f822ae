import type { ChatId } from '@whisper/shared';
import { setTimeout as delay } from 'node:timers/promises';
import type { Actor } from './actors/actor.ts';
import { GroupKeeper } from './actors/group-keeper.ts';
import { MarkReader } from './actors/mark-reader.ts';
import { RawObserver } from './actors/raw-observer.ts';
import { RawSender } from './actors/raw-sender.ts';
import { SdkPerson } from './actors/sdk-person.ts';
import { SocketIoPerson } from './actors/socketio-person.ts';
import { audit, findingKinds, type Finding } from './audit.ts';
import type { StoredMessage } from './evidence.ts';
import {
  faultWords,
  makeFaults,
  noFaults,
  playWords,
  totalOf,
  type BreakableServer,
  type FaultCounts,
  type FaultKind,
} from './faults.ts';
import type { VerifyOptions } from './options.ts';
import { OwnNodes } from './own-nodes.ts';
import { OwnServer } from './own-server.ts';
import { Progress } from './progress.ts';
import { Random } from './random.ts';
import { readStored, setStage, type Stage } from './stage.ts';

export type Report = {
  readonly seed: number;
  readonly stored: readonly StoredMessage[];
  readonly faults: FaultCounts;
  readonly played: Played | undefined;
  /** How long it took after the last fault until all agreed. */
  readonly settledAfterMs: number;
  readonly actors: readonly string[];
  readonly receipts: number;
  readonly findings: readonly Finding[];
};

/** What went on while something was done in one piece. */
type Played = {
  readonly words: string;
  readonly ms: number;
  readonly receipts: number;
  readonly seen: number;
};

const sendPauseMs = 5;
/** Nodes look some seconds further back for changes than they have to; a chat is quiet when that finds nothing. */
const quietMs = 25_000;
/** People talk for so long before anything is done to them in one piece. */
const warmUpMs = 3_000;

/** After one of so many messages something is changed in the chat, or who is in the group. */
const changeEvery = 3;
const administerEvery = 10;

/** One run: set the stage, let people talk while things break, let them settle, compare. Says what it is at. */
export async function runVerify(options: VerifyOptions, say: (line: string) => void): Promise<Report> {
  using progress = new Progress(say);
  progress.step(() => (options.url ? `going to ${options.url}` : 'starting a server on data of its own'));
  await using server = await startOwn(options);
  const url = options.url ?? server?.url ?? '';
  const stage = await setStage(url, options.seed);
  const actors = createActors(url, stage);
  try {
    progress.step(() => `connecting ${actors.length} clients`);
    await Promise.all(actors.map((actor) => actor.start()));
    const { counts: faults, played } = await talkThroughFaults({ options, stage, actors, server, progress });
    const endedAt = Date.now();
    progress.step(() => 'nothing breaks any more: everyone sends what is left, then all is compared');
    const ending = { url, stage, actors, settleMs: options.settleSeconds * 1_000 };
    await settle(ending);
    const settledAfterMs = Date.now() - endedAt;
    progress.step(() => 'all is quiet, then one last word is said in each chat, and all is compared');
    if (options.nodes > 1) await delay(quietMs);
    await sayLastWords(stage, actors);
    const { stored, findings } = await settle(ending);
    const { receipts } = countSeen(actors);
    const names = actors.map(({ name }) => name);
    return { seed: options.seed, stored, faults, played, settledAfterMs, actors: names, receipts, findings };
  } finally {
    for (const actor of actors) actor.close();
  }
}

/** Undefined when the server is somebody else's. */
async function startOwn({ url, nodes, preload }: VerifyOptions): Promise<BreakableServer | undefined> {
  if (url !== undefined) return undefined;
  return nodes > 1 ? OwnNodes.start(nodes, preload) : OwnServer.start(preload);
}

type Talker = Actor & {
  /** It has so much to send already that more would only wait. */
  readonly isBusy?: boolean;
  send(chatId: ChatId, text: string): void;
  /** Changes a message as the number says, where this client can. */
  change?(chatId: ChatId, choice: number): void;
};

function createActors(url: string, stage: Stage): Actor[] {
  const { people, chats } = stage;
  const chatsOf = (person: string) => chats.filter((chat) => chat.people.includes(person));
  const groups = chats.filter(({ isGroup }) => isGroup);
  return [
    ...people.map((person) => new SdkPerson(url, person, chatsOf(person))),
    ...people.map((person) => new SocketIoPerson(url, person, chatsOf(person))),
    ...people.map((person) => new RawSender(url, person)),
    ...people.map((person) => new MarkReader(url, person, chatsOf(person))),
    new MarkReader(url, stage.keeper, groups),
    ...chats.flatMap((chat) => chat.people.map((person) => new RawObserver(url, person, [chat]))),
    ...people.map((person) => new RawObserver(url, person, chatsOf(person))),
    ...groups.map(({ id }) => new GroupKeeper(url, stage, id)),
  ];
}

type Scene = {
  readonly options: VerifyOptions;
  readonly stage: Stage;
  readonly actors: readonly Actor[];
  readonly server: BreakableServer | undefined;
  readonly progress: Progress;
};

async function talkThroughFaults({
  options,
  stage,
  actors,
  server,
  progress,
}: Scene): Promise<{ counts: FaultCounts; played: Played | undefined }> {
  const counts = noFaults();
  const tally = { messages: 0 };
  progress.step(
    () =>
      `${tally.messages} messages given to clients, ${totalOf(counts)} faults made` +
      (Number.isFinite(options.seconds) ? `, ${options.seconds} s in all` : ''),
  );
  const timeUp = new AbortController();
  // A timer cannot be for ever.
  const lastsMs = options.play ? 2 ** 31 - 1 : Math.min(options.seconds * 1_000, 2 ** 31 - 1);
  const timer = setTimeout(() => timeUp.abort(), lastsMs);
  const talking = talk(stage, actors, {
    random: new Random(options.seed ^ 0x5eed),
    signal: timeUp.signal,
    countMin: options.messages,
    tally,
  });
  const target = { random: new Random(options.seed), actors, server };
  const max = options.hasChaos && !options.play ? options.faults : 0;
  const played = await playOut({ options, actors, server });
  await makeFaults(target, { signal: timeUp.signal, max, counts });
  if (max > 0 || played) timeUp.abort();
  await talking;
  clearTimeout(timer);
  return { counts, played };
}

async function playOut({
  options: { play, seconds },
  actors,
  server,
}: Pick<Scene, 'options' | 'actors' | 'server'>): Promise<Played | undefined> {
  if (!play) return undefined;
  if (!server) throw new Error('--play needs a server of our own');
  await delay(warmUpMs);
  const [before, startedAt] = [countSeen(actors), Date.now()];
  await server.play(play, seconds);
  const after = countSeen(actors);
  return {
    words: playWords[play],
    ms: Date.now() - startedAt,
    receipts: after.receipts - before.receipts,
    seen: after.seen - before.seen,
  };
}

function countSeen(actors: readonly Actor[]): { receipts: number; seen: number } {
  return {
    receipts: actors.flatMap((actor) => actor.receipts?.() ?? []).length,
    seen: actors.flatMap((actor) => actor.accounts()).reduce((sum, { seenIds }) => sum + seenIds.length, 0),
  };
}

type TalkOptions = {
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly countMin: number;
  readonly tally: { messages: number };
};

async function talk(
  { chats }: Stage,
  actors: readonly Actor[],
  { random, signal, countMin, tally }: TalkOptions,
): Promise<void> {
  const talkers = actors.filter((actor): actor is Talker => 'send' in actor);
  const readers = actors.filter((actor) => actor instanceof MarkReader);
  const keepers = actors.filter((actor) => actor instanceof GroupKeeper);
  for (let count = 1; !signal.aborted || count <= countMin; count += 1) {
    const talker = random.pick(talkers);
    if (!talker.isBusy) {
      const own = chats.filter(({ people }) =>
        people.some((person) => talker.name.startsWith(`${person} (`)),
      );
      const { id: chatId } = random.pick(own);
      talker.send(chatId, `message ${count} of ${talker.name}`);
      tally.messages += 1;
      if (count % changeEvery === 0) talker.change?.(chatId, count);
    }
    random.pick(readers).read(count);
    if (count % administerEvery === 0) for (const keeper of keepers) keeper.administer(random.between(0, 99));
    await delay(sendPauseMs);
  }
}

type Ending = {
  readonly url: string;
  readonly stage: Stage;
  readonly actors: readonly Actor[];
  readonly settleMs: number;
};

/** Waits until everyone has sent everything, then compares until all agree or nobody may be waited for any longer. */
async function settle({ url, stage, actors, settleMs }: Ending) {
  const deadline = Date.now() + settleMs;
  const isLate = () => Date.now() > deadline;
  while (actors.some((actor) => actor.isSending) && !isLate()) await delay(100);
  for (;;) {
    for (const actor of actors) await actor.remember?.();
    const accounts = actors.flatMap((actor) => actor.accounts());
    const receipts = actors.flatMap((actor) => actor.receipts?.() ?? []);
    const marks = actors.flatMap((actor) => actor.marks?.() ?? []);
    const comparisons = (
      await Promise.all(actors.map(async (actor) => (await actor.compare?.()) ?? []))
    ).flat();
    // Read after the accounts, so that every message in them must be in it.
    const stored = await readStored(url, stage);
    const findings = [...audit({ stored, accounts, receipts, marks, comparisons }), ...findUnsettled(actors)];
    const mayHeal = findings.some(({ kind }) => kind === 'lost' || kind === 'stale' || kind === 'unsettled');
    if (!mayHeal || isLate()) return { stored, findings };
    await delay(500);
  }
}

/** In each chat one more message, sent once by a client that does not ask again: nothing later shows that it is missing. */
async function sayLastWords({ chats }: Stage, actors: readonly Actor[]): Promise<void> {
  const senders = actors.filter((actor) => actor instanceof SocketIoPerson);
  for (const [index, { id, people }] of chats.entries()) {
    const sender = senders.find(({ name }) => name.startsWith(`${people[0]} (`));
    await sender?.sendLast(id, `last words ${index + 1}`);
  }
}

function findUnsettled(actors: readonly Actor[]): Finding[] {
  return actors
    .filter((actor) => actor.isSending)
    .map(({ name }) => ({
      kind: 'unsettled',
      detail: `${name} had not sent everything in time; try a longer --settle`,
    }));
}

const shownMax = Number(process.env['SHOWN'] ?? 10);

/** The report a person reads. */
export function describeReport(report: Report): string {
  const { seed, stored, faults, played, settledAfterMs, actors, receipts, findings } = report;
  const made = (Object.keys(faultWords) as FaultKind[])
    .filter((kind) => faults[kind] > 0)
    .map((kind) => `${faults[kind]} ${faultWords[kind]}`);
  const counts = findingKinds.map((kind) => `${countOf(findings, kind)} ${kind}`).join(', ');
  return [
    `${stored.length} messages stored, ${receipts} receipts checked, ${actors.length} clients compared`,
    `${count(stored, 'comes')} times somebody came into the group, ${count(stored, 'goes')} times out of it`,
    `${totalOf(faults)} faults: ${made.join(', ') || 'none'}`,
    ...(played
      ? [`${describePlayed(played)}; all agreed ${(settledAfterMs / 1_000).toFixed(1)} s later`]
      : []),
    counts,
    ...findings.slice(0, shownMax).map(({ kind, detail }) => `  ${kind}: ${detail}`),
    ...(findings.length > shownMax ? [`  … and ${findings.length - shownMax} more`] : []),
    findings.length === 0 ? 'Everything agrees.' : `Something is wrong. Run again with --seed ${seed}`,
    '',
  ].join('\n');
}

function describePlayed({ words, ms, receipts, seen }: Played): string {
  return `${words} (${(ms / 1_000).toFixed(1)} s): meanwhile ${receipts} messages were acknowledged and ${seen} seen`;
}

function count(stored: readonly StoredMessage[], what: 'comes' | 'goes'): number {
  return stored.reduce((sum, message) => sum + message[what].length, 0);
}

function countOf(findings: readonly Finding[], kind: Finding['kind']): number {
  return findings.filter((finding) => finding.kind === kind).length;
}
