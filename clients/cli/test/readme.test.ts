import { startTestServer } from '@whisper/server/testing';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Beside the place that the README names, out of the way of who has a file there. */
const folder = 'clients/cli/dist/readme';

const readme = await readFile(`${root}/README.md`, 'utf8');
const blocks = [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text = '']) => ({
  language,
  text,
}));
const lines = blocks.flatMap(({ language, text }) => (language === 'sh' ? text.trim().split('\n') : []));

it('names npm scripts that exist, in its blocks and in its sentences', async () => {
  const { scripts }: { scripts: object } = JSON.parse(await readFile(`${root}/package.json`, 'utf8'));
  const named = [...readme.matchAll(/\bnpm (?:run )?([a-z-]+)/g)].flatMap(([, script = '']) => script);
  expect(named.length).toBeGreaterThan(4);
  for (const script of named) expect(scripts).toHaveProperty(script);
});

it.skipIf(process.platform === 'win32')(
  'shows code that runs where it says, with the command it gives',
  async () => {
    await using server = await startTestServer();
    await mkdir(`${root}/${folder}`, { recursive: true });
    const here = (text: string) =>
      text.replaceAll('http://127.0.0.1:3000', server.url).replace('clients/cli/try.ts', `${folder}/try.ts`);
    const programs = blocks.filter(({ language }) => language === 'ts');
    expect(programs).toHaveLength(1);
    expect(programs[0]?.text).toBe(await readFile(`${root}/examples/plain-client.ts`, 'utf8'));
    await writeFile(`${root}/${folder}/try.ts`, here(programs[0]?.text ?? ''));

    const commands = lines.filter((line) => !line.startsWith('npm '));
    const outputs = await Promise.all(
      commands.map((line) => promisify(execFile)('sh', ['-c', here(line)], { cwd: root })),
    );
    await rm(`${root}/${folder}`, { recursive: true });

    expect(outputs.map(({ stdout, stderr }) => stdout + stderr)).toEqual([
      'alice: hello\n',
      expect.stringMatching(/^\{"token":"ey/),
    ]);
  },
  60_000,
);

it.skipIf(process.platform === 'win32')(
  'starts the chat with options that it knows',
  async () => {
    const chats = lines.filter((line) => line.startsWith('npm run chat'));
    expect(chats).toHaveLength(2);
    const helps = chats.map((line) => line.replace(/ *#.*/, ' --help'));
    const outputs = await Promise.all(
      helps.map((line) => promisify(execFile)('sh', ['-c', line], { cwd: root })),
    );
    for (const { stdout } of outputs) expect(stdout).toContain('Chat in the terminal.');
  },
  60_000,
);
