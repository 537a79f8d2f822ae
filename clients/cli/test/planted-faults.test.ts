import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const mainFile = fileURLToPath(new URL('../src/verify/main.ts', import.meta.url));
const plant = (name: string) =>
  new URL(`../../../server/src/testing/planted-faults/${name}.ts`, import.meta.url).href;

async function verify(...args: string[]): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', mainFile, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  return { code, output };
}

it.concurrent('says what it is at, and finds nothing wrong with the server as it is', {
  timeout: 180_000,
}, async () => {
  const { code, output } = await verify('--seconds', '6');

  expect(output).toMatch(
    /^whisper verify, seed \d+\n +0 s {2}starting a server[^]* \d+ messages given to clients, \d+ faults made/,
  );
  expect(output).toContain(
    '0 lost, 0 duplicated, 0 reordered, 0 unstored, 0 stored twice, 0 hole, 0 stale, 0 unsettled',
  );
  expect(code).toBe(0);
});

// Seed 22 kills the server three times in a row.
it.concurrent.each([
  ['lost', 'an event in 500 that never leaves', { name: 'lose-events', args: ['--faults', '0'] }],
  ['duplicated', 'an event in 500 that leaves twice', { name: 'deliver-twice', args: ['--faults', '0'] }],
  ['stale', 'a change in 10 that never leaves', { name: 'lose-edits', args: ['--faults', '0'] }],
  [
    'unstored',
    'messages acknowledged before they are written',
    { name: 'acknowledge-early', args: ['--faults', '6', '--seed', '22'] },
  ],
])('reports as %s %s', { timeout: 180_000 }, async (kind, _what, { name, args }) => {
  const run = ['--seconds', '6', '--messages', '400', '--settle', '5', ...args];
  const { code, output } = await verify(...run, '--preload', plant(name));

  expect(output).toMatch(new RegExp(`[1-9]\\d* ${kind}`));
  expect(code).toBe(1);
});
