import { createWhisperClient, devTokens } from '@whisper/client/node';
import { FakePushServices, startTestServer, type TestServer } from '@whisper/server/testing';
import { uploadFile } from '@whisper/server/testing/upload-file';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProcedureDescription } from '../src/api/description.ts';
import { snippetsFor } from '../src/procedures/snippets.ts';
import { exampleFor } from '../src/schema/example.ts';
import { toWire } from '../src/schema/to-wire.ts';
import { isOfGroups } from '../src/seat/picks.ts';
import { endingsLast } from './endings.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Beside the place that snippets name, out of the way of who has a file there. */
const folder = 'clients/cli/dist/snippets';

type Result = { readonly stdout: string; readonly stderr: string };

describe.skipIf(process.platform === 'win32')('the snippets of the panel, run as they say', () => {
  let server: TestServer;
  let pushes: FakePushServices;
  let procedures: readonly ProcedureDescription[];
  let hints: Readonly<Record<string, unknown>>;
  let groupId: string;
  let strangerId: string;

  beforeAll(async () => {
    pushes = await FakePushServices.start();
    server = await startTestServer({ env: { ...pushes.env, MODERATORS: 'alice@example.test' } });
    await mkdir(`${root}/${folder}`, { recursive: true });
    const described = await fetch(`${server.url}/panel/api.json`);
    ({ procedures } = (await described.json()) as { procedures: ProcedureDescription[] });
    using alice = createWhisperClient({ url: server.url, getToken: devTokens(server.url, 'alice') });
    using bob = createWhisperClient({ url: server.url, getToken: devTokens(server.url, 'bob') });
    const { id: userId } = await bob.api.auth.me.query();
    using carol = createWhisperClient({ url: server.url, getToken: devTokens(server.url, 'carol') });
    ({ id: strangerId } = await carol.api.auth.me.query());
    const { id: chatId } = await alice.api.chat.openDirect.mutate({ userId });
    const { id: messageId } = await alice.api.message.send.mutate({
      chatId,
      text: 'To be edited, pinned and deleted',
      clientId: randomUUID(),
    });
    const group = { name: 'A group', memberIds: [userId], clientId: randomUUID() };
    ({ id: groupId } = await alice.api.chat.createGroup.mutate(group));
    const { code } = await alice.api.chat.createInvite.mutate({ chatId: groupId });
    const people = { userId, userIds: [userId], memberIds: [userId] };
    const token = await server.tokenFor('alice');
    const fileId = await uploadFile(server, alice);
    const { reportId } = await alice.api.report.create.mutate({ messageId, reason: 'other' });
    const { id: deviceId } = await alice.api.device.register.mutate(pushes.deviceOf('expo'));
    const { endpoint, keys } = pushes.subscribe();
    hints = {
      ...people,
      fileId,
      reportId,
      deviceId,
      endpoint,
      keys,
      chatId,
      toChatId: chatId,
      messageId,
      code,
      seq: 1,
      token,
    };
  });

  afterAll(async () => {
    await rm(`${root}/${folder}`, { recursive: true, force: true });
    await server?.[Symbol.asyncDispose]();
    await pushes?.[Symbol.asyncDispose]();
  });

  /** Runs the snippet and resolves when it ended by itself, or a curl that follows a stream when it heard something. */
  async function run(path: string, title: string): Promise<Result> {
    const procedure = procedures.find((each) => each.path === path);
    if (!procedure) throw new Error(`There is no ${path}`);
    const input = toWire(procedure.input, exampleFor(procedure, { ...hints, ...hintsOf(path) }));
    const snippets = snippetsFor({ procedure, input, url: server.url, name: 'alice' });
    const text = snippets.find((snippet) => snippet.title === title)?.text ?? '';
    const command = title === 'curl' ? text : await saveAsTold(text);
    const run = promisify(execFile)('sh', ['-c', withTime(command)], { cwd: root });
    if (!command.includes('--max-time')) return run;
    run.child.stdout?.once('data', () => run.child.kill());
    return run.catch((error: Result & { signal: string }) =>
      error.signal === 'SIGTERM' ? error : Promise.reject(error),
    );
  }

  /** What is done to a person is done to one whom nothing else needs. */
  function hintsOf(path: string) {
    if (isOfGroups(path)) return { chatId: groupId };
    return path.startsWith('user.') ? { userId: strangerId } : {};
  }

  async function saveAsTold(text: string): Promise<string> {
    const [, command = ''] = /^\/\/ {3}npx tsx (.*)$/m.exec(text) ?? [];
    const file = `${folder}/${randomUUID()}.ts`;
    await writeFile(`${root}/${file}`, text);
    // As `npx tsx` would run it, which takes longer than all that these programs do; the README's test starts that.
    return `node --import tsx ${command.replace('clients/cli/try.ts', file)}`;
  }

  it.concurrent('answer a curl of every procedure', async () => {
    for (const batch of endingsLast(procedures)) {
      const answers = await Promise.all(batch.map(({ path }) => run(path, 'curl')));
      for (const [index, { stdout }] of answers.entries()) {
        expect(stdout, batch[index]?.path).toMatch(/^\{"result":|^event: connected/);
      }
    }
  });

  it.concurrent('run in the repository, show what comes, and end by themselves', {
    timeout: 120_000,
  }, async () => {
    const runs: readonly [path: string, title: string, shown: string][] = [
      ['auth.me', 'SDK', "name: 'alice'"],
      ['message.send', 'SDK', "text: 'Hello from the panel'"],
      ['message.onEvent', 'SDK', 'data: {'],
      ['message.send', 'Socket.IO', "text: 'Hello from the panel'"],
      ['presence.onChange', 'Socket.IO', 'userIds: ['],
    ];
    const results = await Promise.all(runs.map(([path, title]) => run(path, title)));
    for (const [index, { stdout, stderr }] of results.entries()) {
      expect([stdout, stderr]).toEqual([expect.stringContaining(runs[index]?.[2] ?? '?'), '']);
    }
  });
});

/** The few seconds that a stream is shown for may not be enough where all procedures are called at once. */
function withTime(command: string): string {
  return command.replace(/^curl -N --max-time \d+/m, 'exec curl -N --max-time 50');
}
