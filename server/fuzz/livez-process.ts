/**
 * A process of its own, so that its clock does not wait for the attackers. As `idle` it answers and does nothing else;
 * otherwise it asks the server and the idle process side by side, and tells of each time that took long.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export type Lives = {
  readonly probes: number;
  readonly worstMs: number;
  /** Of the idle process, and what the server's thread waited for a processor, at its worst. */
  readonly idleWorstMs: number;
  readonly waitedWorstMs: number;
  /** Took longer than the bound because the machine did. */
  readonly excused: number;
};

/** A probe that the machine does not explain. */
export type SlowLivez = {
  readonly tookMs: number;
  readonly idleMs: number;
  readonly waitedMs: number;
  /** What the server's thread worked meanwhile. */
  readonly ranMs: number;
};

const boundMs = 100;
const pauseMs = 40;

const [role, port, pid] = process.argv.slice(2);
if (role === 'idle') {
  const server = createServer((_request, response) => response.end('{"status":"ok"}')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.(server.address());
} else {
  let isOver = false;
  process.once('message', () => (isOver = true));
  process.send?.(await watch(() => isOver));
}
process.once('disconnect', () => process.exit());

async function watch(isOver: () => boolean): Promise<Lives> {
  const [server = 0, idle = 0] = (port ?? '').split(',').map(Number);
  const lives = { probes: 0, worstMs: 0, idleWorstMs: 0, waitedWorstMs: 0, excused: 0 };
  while (!isOver()) {
    const before = threadMs();
    const [tookMs, idleMs] = await Promise.all([probe(server), probe(idle)]);
    const after = threadMs();
    const slow: SlowLivez = {
      tookMs,
      idleMs,
      waitedMs: after.waited - before.waited,
      ranMs: after.ran - before.ran,
    };
    lives.probes += 1;
    lives.worstMs = Math.max(lives.worstMs, tookMs);
    lives.idleWorstMs = Math.max(lives.idleWorstMs, idleMs);
    lives.waitedWorstMs = Math.max(lives.waitedWorstMs, slow.waitedMs);
    if (isFault(slow)) process.send?.(slow);
    else if (tookMs > boundMs) lives.excused += 1;
    await sleep(pauseMs);
  }
  return lives;
}

/** On a connection of its own each time: one on which nobody signs in may be cut. */
function probe(to: number): Promise<number> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const end = () => resolve(performance.now() - startedAt);
    get({ host: '127.0.0.1', port: to, path: '/livez', agent: false }, (response) =>
      response.resume().once('end', end).once('error', end),
    ).once('error', end);
  });
}

/**
 * The server took the time, and neither the machine nor other processes did. Where its thread waited longer than it ran,
 * the queue before the answer is of what came in meanwhile, which says nothing about the server.
 */
function isFault({ tookMs, idleMs, waitedMs, ranMs }: SlowLivez): boolean {
  return ranMs > Math.max(boundMs, waitedMs) && tookMs - Math.max(idleMs, waitedMs) > boundMs;
}

/** How long the server's thread ran, and how long it could have and did not. Linux alone tells. */
function threadMs(): { readonly ran: number; readonly waited: number } {
  try {
    const [ran = 0, waited = 0] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8')
      .split(' ')
      .map((ns) => Number(ns) / 1e6);
    return { ran, waited };
  } catch {
    return { ran: performance.now(), waited: 0 };
  }
}
