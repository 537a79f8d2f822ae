import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const mainFile = fileURLToPath(new URL('../src/verify/main.ts', import.meta.url));

/** The module that plants a fault in a server which loads it first. */
export function plantedFault(name: string): string {
  return new URL(`../../../server/src/testing/planted-faults/${name}.ts`, import.meta.url).href;
}

/** `npm run verify` with these arguments: how it ended, and what it said. */
export async function verify(...args: readonly string[]): Promise<{ code: number; output: string }> {
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
