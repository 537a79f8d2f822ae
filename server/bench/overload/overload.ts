import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Peer } from '../../src/testing/peer.ts';
import { printTable } from '../table.ts';
import type { AttackRequest } from './attack-process.ts';
import { attacks, type AttackName, type Ground } from './attacks.ts';
import { seedGround } from './seed.ts';
import { Target, type Usage } from './target.ts';
import type { Felt, VictimRequest, Waits } from './victim-process.ts';

/** Long enough for some three hundred messages of all victims together: the slowest hundredth is then no single accident. */
const measuredMs = 8_000;
const quietMs = 8_000;
const warmUpMs = 1_000;
/** An attack is under way when it is measured. */
const leadMs = 1_500;
/** Sockets take their time to open. */
const longLeads: Partial<Record<AttackName, number>> = { '3,000 idle sockets': 20_000 };

type Row = {
  /** The same people on the same server just before, because the machine has other things to do now and then. */
  readonly quiet: Felt;
  readonly felt: Felt;
  readonly before: Usage;
  readonly after: Usage;
  readonly rssGrowth: number;
};

/**
 * What people feel while others do their worst to the real server, beside a quiet run of the same length. `root` is the
 * checkout whose server is attacked, `only` a part of the names of the attacks to make. Beside the time stands what the
 * server and its store worked in it, which other programs on the machine do not change.
 */
export async function benchOverload(root = '', only = ''): Promise<void> {
  const checkout = root === '' ? fileURLToPath(new URL('../../..', import.meta.url)) : resolve(root);
  const dataDir = await mkdtemp(join(tmpdir(), 'whisper-overload-'));
  try {
    const { chats, victims } = await seed(checkout, dataDir);
    const rows: Record<string, string>[] = [];
    for (const name of Object.keys(attacks) as AttackName[]) {
      if (name !== 'nobody' && !name.includes(only)) continue;
      // Each on a server of its own, so that no attack pays for the last one's memory and budgets.
      await using target = await Target.start({ root: checkout, dataDir, rateLimits: 'on' });
      const ground = { port: target.port, chats };
      const row = await run({ name, target, ground, victims });
      rows.push(toCells(name, row));
      console.error(name, JSON.stringify(rows.at(-1)));
    }
    printTable(
      'What people feel (p99 in ms; work: CPU of server and store meanwhile), by what others do',
      rows,
    );
  } finally {
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function seed(root: string, dataDir: string) {
  await using target = await Target.start({ root, dataDir, rateLimits: 'off' });
  return await seedGround(target.port);
}

type Scene = {
  readonly name: AttackName;
  readonly target: Target;
  readonly ground: Ground;
  readonly victims: readonly (readonly [string, string])[];
};

async function run({ name, target, ground, victims: people }: Scene): Promise<Row> {
  await using victim = Peer.start(new URL('./victim-process.ts', import.meta.url));
  await using attacker = Peer.start(new URL('./attack-process.ts', import.meta.url));
  const ask = { port: target.port, people, pids: target.pids };
  // What the process loads and compiles at first is no attack's.
  await victim.ask({ ...ask, durationMs: warmUpMs } satisfies VictimRequest);
  const quiet = await victim.ask<Felt>({ ...ask, durationMs: quietMs } satisfies VictimRequest);
  const idle = target.usage();
  await attacker.ask({ kind: 'start', name, ground } satisfies AttackRequest);
  await sleep(longLeads[name] ?? leadMs);
  const before = target.usage();
  let rssMax = before.rssMiB;
  const watch = setInterval(() => (rssMax = Math.max(rssMax, target.usage().rssMiB)), 100);
  const felt = await victim.ask<Felt>({ ...ask, durationMs: measuredMs } satisfies VictimRequest);
  clearInterval(watch);
  const after = target.usage();
  await Promise.race([attacker.ask({ kind: 'stop' } satisfies AttackRequest), sleep(3_000)]);
  return { quiet, felt, before, after, rssGrowth: rssMax - idle.rssMiB };
}

function toCells(name: AttackName, row: Row): Record<string, string> {
  const { quiet, felt, before, after, rssGrowth } = row;
  const share = (ms: number) => `${((ms / (after.at - before.at)) * 100).toFixed(0)} %`;
  return {
    others: name,
    ...toWaits('send', quiet.send, felt.send),
    ...toWaits('list', quiet.list, felt.list),
    '/livez worst (work)': `${felt.livezWorst.toFixed(0)} (${felt.livezWorkWorst.toFixed(0)})`,
    'server CPU': share(after.cpuMs - before.cpuMs),
    'store CPU': share(after.storeCpuMs - before.storeCpuMs),
    'RSS +MiB': rssGrowth.toFixed(0),
    refused: String(felt.refused),
  };
}

function toWaits(what: string, quiet: Waits, felt: Waits): Record<string, string> {
  return {
    [`${what} quiet`]: quiet.p99.toFixed(1),
    [what]: felt.p99.toFixed(1),
    [`x ${what}`]: (felt.p99 / quiet.p99).toFixed(1),
    [`${what} work quiet`]: quiet.workP99.toFixed(1),
    [`${what} work`]: felt.workP99.toFixed(1),
    [`x ${what} work`]: (felt.workP99 / quiet.workP99).toFixed(1),
  };
}
