import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');

const config = `
import { TotalsReporter } from '${pathToFileURL(join(import.meta.dirname, 'totals-reporter.ts')).href}';
export default { test: { globals: true, reporters: ['default', new TotalsReporter()] } };
`;

const files = {
  'vitest.config.ts': config,
  'one.test.ts': `it('passes', () => {}); it('fails', () => { throw new Error('no'); }); it.skip('waits', () => {});`,
  'two.test.ts': `it('passes', () => {}); it.todo('comes later');`,
  'broken.test.ts': `import './missing.ts';`,
};

function runVitest(folder: string): Promise<{ failed: boolean; stdout: string }> {
  const args = [vitest, 'run', '--root', folder];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: root }, (error, stdout) =>
      resolve({ failed: error !== null, stdout }),
    );
  });
}

async function runFiles(written: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'whisper-totals-'));
  try {
    for (const [name, code] of Object.entries(written)) await writeFile(join(folder, name), code);
    const { failed, stdout } = await runVitest(folder);
    return { failed, lastLine: stdout.trimEnd().split('\n').at(-1) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

it('closes a run with one line of totals, a file that does not load among the failed', async () => {
  expect(await runFiles(files)).toEqual({ failed: true, lastLine: '2 passed, 2 failed, 2 skipped' });
});

it('never says that nothing failed when the run as a whole did', async () => {
  const { failed, lastLine } = await runFiles({ 'vitest.config.ts': config });
  expect({ failed, lastLine }).toEqual({ failed: true, lastLine: '0 passed, 1 failed, 0 skipped' });
});
