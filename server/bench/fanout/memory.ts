import { printTable } from '../table.ts';
import { names, Pair } from './pair.ts';
import type { ServerRequest } from './server-process.ts';

type Memory = { readonly rss: number; readonly used: number };

/** Signed-in connections with three subscriptions each (Socket.IO: three rooms), nothing happening. */
export async function benchIdle(): Promise<void> {
  const count = 1_000;
  const rows: Record<string, string>[] = [];
  for (const name of names) {
    await using pair = new Pair();
    await pair.connect(name, 100);
    const before = await pair.askServer<Memory>({ kind: 'memory' });
    await pair.grow(count + 100);
    const after = await pair.askServer<Memory>({ kind: 'memory' });
    rows.push({
      server: name,
      'heap + external KiB': ((after.used - before.used) / count / 1_024).toFixed(1),
      'RSS KiB': ((after.rss - before.rss) / count / 1_024).toFixed(1),
    });
  }
  printTable('Memory of an idle connection', rows);
}

/** Readers that stop reading; publishing ends early when the server has grown by 600 MiB. */
export async function benchStalled(): Promise<void> {
  const rows: Record<string, string>[] = [];
  for (const name of names) {
    await using pair = new Pair();
    await pair.connect(name, 100);
    await pair.askLoad({ kind: 'stopReading' });
    const request: ServerRequest = {
      kind: 'stall',
      turns: 3_000,
      bytes: 8_000,
      rssGrowthMax: 600 * 1_024 ** 2,
    };
    const { published, highest, kept } = await pair.askServer<Stalled>(request);
    rows.push({
      server: name,
      events: String(published),
      'RSS growth MiB': (highest / 1_024 ** 2).toFixed(0),
      'kept MiB': (kept / 1_024 ** 2).toFixed(0),
    });
  }
  printTable('100 readers that stopped reading, events of 8 kB', rows);
}

type Stalled = { readonly published: number; readonly highest: number; readonly kept: number };
