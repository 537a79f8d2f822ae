import { once } from 'node:events';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const benches = new Map<string, () => Promise<void>>([
  ['fanout', async () => (await import('./fanout/fanout.ts')).benchFanout()],
  ['groups', async () => (await import('./groups/groups.ts')).benchGroups(Number(process.argv[3] ?? 1_000))],
  ['send', async () => (await import('./send/send.ts')).benchSend(...process.argv.slice(3).map(Number))],
  [
    'own-data',
    async () => (await import('./own-data/own-data.ts')).benchOwnData(Number(process.argv[3] ?? 100_000)),
  ],
  ['push', async () => (await import('./push/push.ts')).benchPush(...process.argv.slice(3, 4).map(Number))],
  ['overload', async () => (await import('./overload/overload.ts')).benchOverload(...process.argv.slice(3))],
  [
    'nodes',
    async () =>
      (await import('./nodes/nodes.ts')).benchNodes(Number(process.argv[3] ?? 2_000), process.argv[4]),
  ],
  [
    'search',
    async () => (await import('./search/search.ts')).benchSearch(Number(process.argv[3] ?? 1_000_000)),
  ],
  [
    'frames',
    async () =>
      (await import('./frames/frames.ts')).benchFrames(
        process.argv[3],
        Number(process.argv[4] ?? Number.NaN) || undefined,
      ),
  ],
  ['files', async () => (await import('./files/files.ts')).benchFiles(Number(process.argv[3] ?? 2_048))],
  ['store', () => runModule('../embedded-mongo/bench/main.ts')],
]);

const bench = benches.get(process.argv[2] ?? '');
if (bench) await bench();
else console.error(`Name a bench: ${[...benches.keys()].join(', ')}`);

/** Another package's bench, which is its own to import. */
async function runModule(path: string): Promise<void> {
  const child = fork(fileURLToPath(new URL(path, import.meta.url)), process.argv.slice(3));
  const [code] = await once(child, 'exit');
  process.exitCode = Number(code);
}
