import type { ChatId } from '@whisper/shared';
import { setTimeout as delay } from 'node:timers/promises';
import type { Actor } from './actor.ts';
import { audit, type Finding, type StoredMessage } from './audit.ts';
import { makeFaults, type FaultCounts } from './faults.ts';
import type { VerifyOptions } from './options.ts';
import { Random } from './random.ts';
import { RawObserver } from './raw-observer.ts';
import { RawSender } from './raw-sender.ts';
import { SdkPerson } from './sdk-person.ts';
import { ServerProcess } from './server-process.ts';
import { SocketIoPerson } from './socketio-person.ts';
import { readStored, setStage, type Stage } from './stage.ts';

export type Report = {
  readonly seed: number;
  readonly stored: readonly StoredMessage[];
  readonly faults: FaultCounts;
  readonly actors: readonly string[];
  readonly receipts: number;
  readonly findings: readonly Finding[];
};

const sendPauseMs = 15;

/** One run: set the stage, let people talk while things break, let them settle, compare. */
export async function runVerify(options: VerifyOptions): Promise<Report> {
  await using server = options.url === undefined ? await ServerProcess.start(options.preload) : undefined;
  const url = options.url ?? server?.url ?? '';
  const stage = await setStage(url, options.seed);
  const actors = createActors(url, stage);
  try {
    await Promise.all(actors.map((actor) => actor.start()));
    const faults = await talkThroughFaults({ options, stage, actors, server });
    const { stored, findings } = await settle({
      url,
      stage,
      actors,
      settleMs: options.settleSeconds * 1_000,
    });
    const receipts = actors.flatMap((actor) => actor.receipts?.() ?? []).length;
    return { seed: options.seed, stored, faults, actors: actors.map(({ name }) => name), receipts, findings };
  } finally {
    for (const actor of actors) actor.close();
  }
}

type Talker = Actor & { send(chatId: ChatId, text: string): void };

function createActors(url: string, { people, chats }: Stage): Actor[] {
  const chatsOf = (person: string) =>
    chats.filter((chat) => chat.people.includes(person)).map(({ id }) => id);
  return [
    ...people.map((person) => new SdkPerson(url, person, chatsOf(person))),
    ...people.map((person) => new SocketIoPerson(url, person, chatsOf(person))),
    ...people.map((person) => new RawSender(url, person)),
    ...chats.flatMap(({ id, people: both }) => both.map((person) => new RawObserver(url, person, id))),
  ];
}

type Play = {
  readonly options: VerifyOptions;
  readonly stage: Stage;
  readonly actors: readonly Actor[];
  readonly server: ServerProcess | undefined;
};

async function talkThroughFaults({ options, stage, actors, server }: Play): Promise<FaultCounts> {
  const timeUp = new AbortController();
  const timer = setTimeout(() => timeUp.abort(), options.seconds * 1_000);
  const hasEnded = new AbortController();
  const talking = talk(stage, actors, { random: new Random(options.seed ^ 0x5eed), signal: hasEnded.signal });
  const target = { random: new Random(options.seed), actors, server };
  const max = options.hasChaos ? options.faults : 0;
  const faults = await makeFaults(target, { signal: timeUp.signal, max });
  if (max === 0) await new Promise((resolve) => timeUp.signal.addEventListener('abort', resolve));
  clearTimeout(timer);
  hasEnded.abort();
  await talking;
  return faults;
}

async function talk(
  { chats }: Stage,
  actors: readonly Actor[],
  { random, signal }: { readonly random: Random; readonly signal: AbortSignal },
): Promise<void> {
  const talkers = actors.filter((actor): actor is Talker => 'send' in actor);
  for (let count = 1; !signal.aborted; count += 1) {
    const talker = random.pick(talkers);
    const own = chats.filter(({ people }) => people.some((person) => talker.name.startsWith(`${person} (`)));
    talker.send(random.pick(own).id, `message ${count} of ${talker.name}`);
    await delay(sendPauseMs);
  }
}

type Ending = {
  readonly url: string;
  readonly stage: Stage;
  readonly actors: readonly Actor[];
  readonly settleMs: number;
};

/** Compares until nothing is found or nobody may be waited for any longer. */
async function settle({ url, stage, actors, settleMs }: Ending) {
  const deadline = Date.now() + settleMs;
  for (;;) {
    while (actors.some((actor) => actor.isSending) && Date.now() < deadline) await delay(100);
    await Promise.all(actors.map((actor) => actor.remember?.()));
    const stored = await readStored(url, stage);
    const findings = audit(
      stored,
      actors.flatMap((actor) => actor.accounts()),
      actors.flatMap((actor) => actor.receipts?.() ?? []),
    );
    const mayHeal = findings.some(({ kind }) => kind === 'lost' || kind === 'unstored');
    if (!mayHeal || Date.now() > deadline) return { stored, findings };
    await delay(500);
  }
}
