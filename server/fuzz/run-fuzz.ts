import { setTimeout as sleep } from 'node:timers/promises';
import { ServerProcess } from '../src/testing/server-process.ts';
import { attackBytes } from './attack-bytes.ts';
import { attackHttp } from './attack-http.ts';
import { attackLegacy } from './attack-legacy.ts';
import { attackSocket } from './attack-socket.ts';
import { attackers, prepareGround, type Ground } from './ground.ts';
import type { Lives } from './livez-process.ts';
import { issueToken } from './person.ts';
import type { Attack } from './round.ts';
import { LivezWatch } from './watch-livez.ts';
import { growthMaxMiB, MemoryWatch, type Memory } from './watch-memory.ts';
import { Witness, type Finding } from './witness.ts';

export type FuzzOptions = {
  readonly seconds: number;
  readonly seed: number;
  /** Whether /livez is asked in time: not where other tests share the machine. */
  readonly isTimed: boolean;
};

export type FuzzReport = {
  readonly findings: readonly Finding[];
  readonly counts: ReadonlyMap<string, number>;
  readonly said: number;
  readonly memory: Memory;
  readonly lives: Lives | undefined;
};

const attacks: readonly Attack[] = [attackHttp, attackSocket, attackBytes, attackLegacy];
/** What was begun when time is up is waited for so long. */
const roundMaxMs = 90_000;

/** Attacks a real server over every wire while people chat on it. */
export async function runFuzz({ seconds, seed, isTimed }: FuzzOptions): Promise<FuzzReport> {
  const witness = new Witness(seed);
  let die: () => void = () => undefined;
  const death = new Promise<void>((resolve) => (die = resolve));
  await using server = await ServerProcess.create(
    { LOG_LEVEL: 'error' },
    {
      onLog: (line) => witness.find('error log', line.slice(0, 2_000)),
      onDeath(how) {
        witness.find('death', how);
        die();
      },
    },
  );
  await server.start();
  await using ground = await prepareGround(server.url, witness);
  using memory = new MemoryWatch(server.pid);
  using livez = isTimed ? await LivezWatch.start(server, witness) : undefined;
  const siege = besiege(server.url, ground, { seconds, seed, witness });
  const said = await Promise.race([siege, death.then(() => 0)]);
  const described = memory.describe();
  const { growthMiB = 0 } = described;
  if (growthMiB > growthMaxMiB) witness.find('growth', `${Math.round(growthMiB)} MiB after the warm-up`);
  const lives = await livez?.end();
  return {
    findings: witness.findings,
    counts: witness.counts,
    said,
    memory: described,
    lives,
  };
}

type Siege = Pick<FuzzOptions, 'seconds' | 'seed'> & { readonly witness: Witness };

/** How many messages were accepted from people who chat. */
async function besiege(url: string, ground: Ground, siege: Siege): Promise<number> {
  const { seconds, witness } = siege;
  const overAt = Date.now() + seconds * 1_000;
  const isOver = () => Date.now() > overAt;
  let isQuiet = false;
  await Promise.all(ground.talks.map((talk) => talk.start()));
  const talking = ground.talks.map((talk) => talk.run(() => isQuiet));
  const attacking = attackers.flatMap((name) =>
    attacks.map((attack) => repeat(attack, { url, name, ground, siege, isOver })),
  );
  const tooLate = new AbortController();
  await Promise.race([
    Promise.all(attacking),
    sleep(seconds * 1_000 + roundMaxMs, undefined, { signal: tooLate.signal }).then(
      () => witness.find('silence', 'a round of an attack does not end'),
      () => undefined,
    ),
  ]);
  tooLate.abort();
  isQuiet = true;
  await Promise.all(talking);
  await findHeld(url, witness);
  const said = await Promise.all(ground.talks.map((talk) => talk.settle()));
  return said.reduce((sum, each) => sum + each, 0);
}

type Repetition = {
  readonly url: string;
  readonly name: string;
  readonly ground: Ground;
  readonly siege: Siege;
  readonly isOver: () => boolean;
};

/** Each round has the seed after the last one's, so that a run with a round's seed begins with it. */
async function repeat(attack: Attack, { url, name, ground, siege, isOver }: Repetition): Promise<void> {
  const { known, targets } = ground;
  const index = attackers.findIndex((attacker) => attacker === name);
  for (let seed = siege.seed; !isOver(); seed += 1) {
    const token = await issueToken(url, name);
    const dice = seed * attackers.length + index;
    await attack({ url, name, token, known, targets, seed, dice, witness: siege.witness });
  }
}

const letGoMs = 45_000;
/** Of /metrics: what is zero when nobody asks anything. */
const held = /^whisper_(?:gate_\w+_(?:running|waiting)|held_bytes) (?!0$).+$/gm;

/** When the attackers are gone, the server holds nothing for them any more. */
async function findHeld(url: string, witness: Witness): Promise<void> {
  const deadline = Date.now() + letGoMs;
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const rest = text.match(held) ?? [];
    if (rest.length === 0) return;
    if (Date.now() > deadline) return witness.find('growth', `held after the end: ${rest.join(', ')}`);
    await sleep(500);
  }
}
