import { execFile, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Engine } from '../src/engine/engine.ts';
import { listen } from '../src/wire/listen.ts';
import { loadMessages } from './data.ts';
import { workNames } from './long-work.ts';

/**
 * What one client waits for a message by its id while others have the store do something long, in milliseconds. Store,
 * reader and others are a process each. Between question and answer (p50, p99, longest) it is time on the clock, which
 * says something on a quiet machine alone; what the store does at one go before others get their turn ("held") is its
 * time on the processor. With `taskset` the store and the reader have the first processor and the others the rest, as
 * if the others were on a machine of their own; otherwise three busy processes on two processors wait for a processor
 * and not for the store. Arguments: how many messages, and which of the rows (all).
 */
async function main(documents: number, wanted: readonly string[]): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'embedded-mongo-fair-'));
  const idsFile = join(dir, 'ids');
  const { ids } = await loadMessages(dir, documents);
  writeFileSync(idsFile, ids.map((id) => id.toHexString()).join('\n'));
  const engine = Engine.open({ dataDir: dir });
  const listener = await listen(engine, { socketPath: join(dir, 'fair.sock') });
  print(`${documents} messages; milliseconds\n`);
  print('meanwhile                        takes s   reads      p50      p99      max     held   memory MB');
  for (const name of wanted.length > 0 ? wanted : workNames) {
    const row = await beside(() => run(listener.uri, name), [listener.uri, idsFile]);
    print(`${name.padEnd(26)}${row.map((cell, i) => cell.padStart(widths[i] ?? 9)).join('')}`);
  }
  await listener.close();
  await engine.close();
  rmSync(dir, { recursive: true, force: true });
}

const processors = availableParallelism();
const isApart = standApart();
const widths = [14, 8, 9, 9, 9, 9, 12];

/** Does the work in another process. Returns the code of the error when it is refused. */
async function run(uri: string, name: string): Promise<string> {
  const script = fileURLToPath(new URL('./long-work.ts', import.meta.url));
  const args = [process.execPath, '--conditions=source', '--import', 'tsx', script, uri, name];
  const [command = process.execPath, ...rest] = isApart
    ? ['taskset', '-c', `1-${processors - 1}`, ...args]
    : args;
  return (await promisify(execFile)(command, rest)).stdout;
}

/** Takes the first processor for the store's thread and for what is started from it. Returns whether it could. */
function standApart(): boolean {
  if (processors < 2) return false;
  try {
    execFileSync('taskset', ['-cp', '0', String(process.pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function beside(work: () => Promise<string>, args: readonly string[]): Promise<string[]> {
  const reader = fork(fileURLToPath(new URL('./reader.ts', import.meta.url)), args);
  await once(reader, 'message');
  let [isOver, held, peak] = [false, 0, 0];
  let turnedAt = threadMs();
  const turn = () => {
    const now = threadMs();
    held = Math.max(held, now - turnedAt);
    turnedAt = now;
    if (!isOver) setTimeout(turn);
  };
  const startedAt = performance.now();
  turn();
  const watch = setInterval(() => {
    peak = Math.max(peak, memoryMb());
  }, 5);
  const outcome = await work();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1) + outcome;
  reader.send('stop');
  const [times]: number[][] = await once(reader, 'message');
  isOver = true;
  clearInterval(watch);
  const sorted = (times ?? []).sort((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  return [seconds, String(sorted.length), at(0.5), at(0.99), at(1), held.toFixed(1), peak.toFixed(0)];
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Of this thread alone, to about 4 ms: what collects garbage and compiles beside it holds nobody up. Linux only. */
function threadMs(): number {
  if (schedule === undefined) return cpuMs();
  const length = readSync(schedule, scheduleLine, 0, scheduleLine.length, 0);
  return Number.parseInt(scheduleLine.toString('latin1', 0, length), 10) / 1_000_000;
}

const scheduleLine = Buffer.alloc(64);
const schedule = openSchedule();

function openSchedule(): number | undefined {
  try {
    return openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  } catch {
    return undefined;
  }
}

/** Without the mapped file. Linux only; elsewhere 0. */
function memoryMb(): number {
  try {
    return Number(/RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

await main(Number(process.argv[2] ?? 1_000_000), process.argv.slice(3));
