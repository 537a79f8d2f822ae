import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startTestServer } from '../testing/index.ts';
import { bunCommand } from '../testing/legacy/bun-command.ts';
import { endpoints } from './rest/endpoints.ts';

const readme = await readFile(join(import.meta.dirname, 'README.md'), 'utf8');

it('the README names every endpoint, and procedures that exist', async () => {
  await using server = await startTestServer();
  for (const { method, path } of endpoints) expect(readme).toContain(`\`${method.toUpperCase()} ${path}\``);
  const named = [...readme.matchAll(/`(\w+\.\w+)`/g)]
    .map(([, name]) => name)
    .filter((name) => !name?.endsWith('.ts'));
  expect(named.length).toBeGreaterThan(8);
  for (const name of named) expect(Object.keys(server.server.router._def.procedures)).toContain(name);
});

it('the README names the command that the test under Bun runs', () => {
  expect(readme).toContain(`npx ${bunCommand.join(' ')}\n`);
});
