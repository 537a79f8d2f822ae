import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { backUpAll } from '../src/backup.ts';
import { checkDatabase } from '../src/check-database.ts';
import { connectMongo } from '../src/platform/mongo.ts';
import { readEnv } from '../src/platform/env.ts';
import { createLogger } from '../src/platform/logger.ts';
import { restoreAll } from '../src/restore.ts';
import { startServer } from '../src/server.ts';
import { newDatabaseUri, TestClient } from '../src/testing/index.ts';

const envIn = (DATA_DIR: string, more: Record<string, string> = {}) =>
  readEnv({ NODE_ENV: 'test', PORT: '0', HOST: '127.0.0.1', RATE_LIMITS: 'off', DATA_DIR, ...more });

const silent = createLogger('silent');

async function openAs(url: string, user: string): Promise<TestClient> {
  const response = await fetch(`${url}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  const { token } = (await response.json()) as { token: string };
  return TestClient.open(url, token);
}

it('is made while people write, whole or not at all, and comes back only where nothing is', {
  timeout: 120_000,
}, async () => {
  const root = await mkdtemp(join(tmpdir(), 'whisper-backup-'));
  const [dataDir, backup] = [join(root, 'data'), join(root, 'backup')];
  const said: string[] = [];
  const write = (text: string) => void said.push(text);
  {
    await using server = await startServer({ env: envIn(dataDir), log: silent });
    const [ann, bob] = [await openAs(server.url, 'Ann'), await openAs(server.url, 'Bob')];
    const { id: chatId } = await ann.api.chat.createGroup.mutate({
      name: 'Garden',
      memberIds: [bob.me.id],
      clientId: randomUUID(),
    });
    const send = (text: string) => ann.api.message.send.mutate({ chatId, text, clientId: randomUUID() });
    for (let each = 0; each < 10; each += 1) await send(`before ${each}`);
    await mkdir(join(dataDir, 'files'), { recursive: true });
    await writeFile(join(dataDir, 'files', 'blob'), 'bytes');

    let isOver = false;
    const writing = (async () => {
      while (!isOver) await send('meanwhile');
    })();
    expect(await backUpAll([backup], write, envIn(dataDir))).toBe(0);
    isOver = true;
    await writing;
    await expect(backUpAll([backup], write, envIn(dataDir))).rejects.toThrow('is there already');
    await expect(restoreAll([backup, '--replace'], write, envIn(dataDir))).rejects.toThrow(
      'in use by process',
    );
    await Promise.all([ann.close(), bob.close()]);
  }
  await expect(restoreAll([backup], write, envIn(dataDir))).rejects.toThrow('with --replace');
  await expect(restoreAll([root], write, envIn(join(root, 'other')))).rejects.toThrow('not a whole backup');

  const back = join(root, 'back');
  expect(await restoreAll([backup], write, envIn(back))).toBe(0);
  expect(said.join('')).toContain('all as it must be');
  expect(await restoreAll([backup, '--replace'], write, envIn(dataDir))).toBe(0);
  expect((await readdir(dataDir)).some((name) => name.startsWith('.replaced-'))).toBe(true);
  expect(existsSync(join(back, 'files', 'blob'))).toBe(true);

  await using again = await startServer({ env: envIn(back), log: silent });
  const bob = await openAs(again.url, 'Bob');
  const [chat] = (await bob.api.chat.list.query({})).chats;
  expect(chat?.lastSeq).toBeGreaterThanOrEqual(12);
  expect(chat?.unread).toBe((chat?.lastSeq ?? 0) - 2);
  await bob.close();
});

it('is found to be broken when a place is missing, a number was given twice, or somebody is nowhere', async () => {
  const db = await connectMongo(newDatabaseUri());
  const id = (digit: string) => db.base.Types.ObjectId.createFromHexString(digit.repeat(24));
  await db.collection('users').insertOne({ _id: id('a') });
  await db.collection('chats').insertOne({
    _id: id('c'),
    kind: 'group',
    participants: [id('a'), id('b')],
    lastSeq: 3,
    lastMessage: id('1'),
  });
  await db.collection('messages').insertMany([
    { _id: id('1'), chat: id('c'), sender: id('a'), seq: 1, rev: 3 },
    { _id: id('2'), chat: id('c'), sender: id('a'), seq: 3, rev: 3 },
    { _id: id('3'), chat: id('d'), sender: id('a'), seq: 1, rev: 1 },
  ]);
  await db.collection('members').insertOne({ chat: id('c'), user: id('a'), readSeq: 4, deliveredSeq: 4 });
  const { problems } = await checkDatabase(db);
  await db.close();
  expect(problems.map((problem) => problem.replace(/^chat \w+: /, ''))).toEqual([
    'after the place 1 comes 3',
    'the rev 3 was given twice',
    'its last message is said to be another one',
    `the person ${'b'.repeat(24)} is nowhere`,
    `${'a'.repeat(24)} has read what was never written`,
    'who is in it is said in two ways',
  ]);
});

it('says for a MongoDB what to run', async () => {
  const said: string[] = [];
  const env = envIn('/nowhere', { MONGODB_URI: 'mongodb://127.0.0.1:1/whisper' });
  expect(await backUpAll(['there'], (text) => said.push(text), env)).toBe(2);
  expect(said.join('')).toMatch(/mongodump --uri "\$MONGODB_URI" --db whisper/);
});
