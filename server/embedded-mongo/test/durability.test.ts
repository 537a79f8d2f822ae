import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { MongoClient } from 'mongodb';
import { expect, test } from 'vitest';
import { startEmbeddedMongo } from '../src/index.ts';
import { bundleSources } from '../src/launch/bundle-sources.ts';
import { fsck } from '../src/tools/fsck.ts';
import { makeTempDir } from './test-server.ts';

async function fill(dataDir: string, count: number): Promise<void> {
  await using server = await startEmbeddedMongo({ dataDir, isDurable: false });
  await using client = await MongoClient.connect(server.uri);
  const documents = Array.from({ length: count }, (_, _id) => ({ _id, text: `text ${_id}`.repeat(20) }));
  const things = client.db('test').collection<{ _id: number; text: string }>('things');
  await things.createIndex({ text: 1 });
  await things.insertMany(documents);
}

test('keeps what it acknowledged over a restart', async () => {
  using dir = makeTempDir();
  await fill(dir.path, 100);

  await using server = await startEmbeddedMongo({ dataDir: dir.path });
  await using client = await MongoClient.connect(server.uri);

  expect(await client.db('test').collection('things').countDocuments()).toBe(100);
  expect(await client.db('test').collection('things').indexes()).toHaveLength(2);
});

test('lets one server have a directory, and says who has it', async () => {
  using dir = makeTempDir();
  await using server = await startEmbeddedMongo({ dataDir: dir.path });

  await expect(startEmbeddedMongo({ dataDir: dir.path })).rejects.toThrow(`in use by process ${server.pid}`);
});

test('takes over the directory of a server that was killed', async () => {
  using dir = makeTempDir();
  const killed = await startEmbeddedMongo({ dataDir: dir.path });
  process.kill(killed.pid, 'SIGKILL');
  await killed.close();

  await using server = await startEmbeddedMongo({ dataDir: dir.path });
  expect(server.pid).not.toBe(killed.pid);
});

/** A server whose parent lives on and never collects its exit status. Resolves to the server's pid. */
async function startUnderCarelessParent(dataDir: string) {
  const script = 'exec 3<&0; "$0" "$@" <&3 & exec sleep 600';
  const args = ['-c', script, process.execPath, await bundleSources(), JSON.stringify({ dataDir })];
  const parent = spawn('bash', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(createInterface({ input: parent.stdout }), 'line');
  const { pid } = JSON.parse(readFileSync(join(dataDir, 'lock'), 'utf8'));
  return { pid: Number(pid), [Symbol.dispose]: () => parent.kill('SIGKILL') };
}

test.skipIf(process.platform === 'win32')(
  'takes over the directory of a killed server that its parent has not reaped',
  async () => {
    using dir = makeTempDir();
    using careless = await startUnderCarelessParent(dir.path);
    process.kill(careless.pid, 'SIGKILL');

    await using server = await startEmbeddedMongo({ dataDir: dir.path });

    expect(server.pid).not.toBe(careless.pid);
    expect(() => process.kill(careless.pid, 0)).not.toThrow();
  },
);

test('refuses to start on a data file that was cut short, emptied or lost, or begins with nothing', async () => {
  using dir = makeTempDir();
  await fill(dir.path, 2_000);
  const file = join(dir.path, 'store.mdb');
  const { size } = statSync(file);
  const start = () => startEmbeddedMongo({ dataDir: dir.path });

  const headerBytes = 4_096;
  const header = readFileSync(file).subarray(0, headerBytes);
  writeFileSync(file, Buffer.alloc(headerBytes), { flag: 'r+' });
  await expect(start()).rejects.toThrow('has no readable header');
  writeFileSync(file, header, { flag: 'r+' });
  truncateSync(file, Math.floor(size / 8_192) * 4_096);
  await expect(start()).rejects.toThrow('it was cut short');
  truncateSync(file, 100);
  await expect(start()).rejects.toThrow(/has no readable header|was cut short/);
  truncateSync(file, 0);
  await expect(start()).rejects.toThrow('is empty');
  rmSync(file);
  await expect(start()).rejects.toThrow('is missing');
  expect(existsSync(file)).toBe(false);
});

/** A server whose files may not grow beyond the limit, which is a full disk to it. */
async function startWithFileLimit(dataDir: string, kilobytes: number) {
  const command = `ulimit -f ${kilobytes}; exec "$0" "$1" "$2"`;
  const options = JSON.stringify({ dataDir });
  const child = spawn('bash', ['-c', command, process.execPath, await bundleSources(), options], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return {
    uri: String(JSON.parse(String(line)).uri),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

test.skipIf(process.platform === 'win32')(
  'answers a full disk with an error, keeps serving and loses nothing',
  async () => {
    using dir = makeTempDir();
    let stored = 0;
    {
      await using server = await startWithFileLimit(dir.path, 2_000);
      await using client = await MongoClient.connect(server.uri);
      const things = client.db('test').collection<{ _id: number; text: string }>('things');
      await things.createIndex({ text: 1 });
      const fillUp = async () => {
        for (; ; stored++) await things.insertOne({ _id: stored, text: `${stored} ${'x'.repeat(20_000)}` });
      };

      await expect(fillUp()).rejects.toMatchObject({ code: 14031 });

      expect(stored).toBeGreaterThan(5);
      expect(await things.countDocuments({})).toBe(stored);
      expect(await things.findOne({ _id: stored })).toBeNull();
      expect(await client.db('test').command({ validate: 'things' })).toMatchObject({
        valid: true,
        nrecords: stored,
      });
    }

    const lines: string[] = [];
    expect(await fsck(dir.path, (line) => lines.push(line))).toBe(true);
    expect(lines[0]).toContain(`${stored} documents`);
  },
);

test('has nothing of an index that was being made when the server was killed', async () => {
  using dir = makeTempDir();
  const killed = await startEmbeddedMongo({ dataDir: dir.path, isDurable: false });
  const client = await MongoClient.connect(killed.uri, { serverSelectionTimeoutMS: 100 });
  const things = client.db('test').collection<{ _id: number }>('things');
  await things.insertMany(Array.from({ length: 20_000 }, (_, _id) => ({ _id, text: `text ${_id}` })));
  const making = things.createIndex({ text: 1 }).then(
    () => 'made',
    () => 'killed',
  );
  for (let i = 0; i < 5; i++) await things.findOne({ _id: i });
  process.kill(killed.pid, 'SIGKILL');
  expect(await making).toBe('killed');
  await client.close();
  await killed.close();

  await using server = await startEmbeddedMongo({ dataDir: dir.path, isDurable: false });
  await using again = await MongoClient.connect(server.uri);
  expect(await again.db('test').collection('things').indexes()).toHaveLength(1);
  expect(await fsck(dir.path, () => undefined)).toBe(true);
});
