import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, statSync, symlinkSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { expect, test } from 'vitest';
import { startEmbeddedMongo } from '../src/index.ts';
import { makeTempDir } from './test-server.ts';

function run(script: string, ...args: string[]) {
  const flags = ['--conditions=source', '--import', 'tsx'];
  return spawn(process.execPath, [...flags, fileURLToPath(new URL(script, import.meta.url)), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

test('lets only its owner open its socket and read its file', async () => {
  using dir = makeTempDir();
  await using server = await startEmbeddedMongo({ dataDir: dir.path });

  expect(statSync(join(dir.path, 'socket')).mode & 0o777).toBe(0o700);
  expect(statSync(join(dir.path, 'store.mdb')).mode & 0o777).toBe(0o600);
  await using client = await MongoClient.connect(server.uri);
  expect(await client.db('test').command({ ping: 1 })).toEqual({ ok: 1 });
});

test('does not start where the place of its socket is a link or another user’s', async () => {
  using dir = makeTempDir();
  using elsewhere = makeTempDir();
  symlinkSync(elsewhere.path, join(dir.path, 'socket'));
  await expect(startEmbeddedMongo({ dataDir: dir.path })).rejects.toThrow('remove it');

  unlinkSync(join(dir.path, 'socket'));
  mkdirSync(join(dir.path, 'socket'));
  if (process.getuid?.() !== 0) return;
  chownSync(join(dir.path, 'socket'), 12_345, 12_345);
  await expect(startEmbeddedMongo({ dataDir: dir.path })).rejects.toThrow('another user');
});

test('listens on a loopback port when asked', async () => {
  using dir = makeTempDir();
  await using server = await startEmbeddedMongo({ dataDir: dir.path, port: 0 });

  expect(server.uri).toMatch(/^mongodb:\/\/127\.0\.0\.1:\d+\/$/);
  await using client = await MongoClient.connect(server.uri);
  expect(await client.db('test').command({ ping: 1 })).toEqual({ ok: 1 });
});

test('finds a place for its socket when the path of the directory is too long for one', async () => {
  using dir = makeTempDir();
  await using server = await startEmbeddedMongo({ dataDir: join(dir.path, 'x'.repeat(120)) });

  await using client = await MongoClient.connect(server.uri);
  expect(await client.db('test').command({ ping: 1 })).toEqual({ ok: 1 });
});

test('serves its parent on when all processes of their group are told to end', async () => {
  using dir = makeTempDir();
  await using server = await startEmbeddedMongo({ dataDir: dir.path });
  await using client = await MongoClient.connect(server.uri);

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.kill(server.pid, signal);

  for (let count = 0; count < 20; count += 1) {
    expect(await client.db('test').command({ ping: 1 })).toEqual({ ok: 1 });
  }
});

test('ends with its parent, however that ends', async () => {
  using dir = makeTempDir();
  const parent = run('./parent.ts', dir.path);
  const [line] = await once(createInterface({ input: parent.stdout }), 'line');
  const socket = connect(decodeURIComponent(new URL(String(line)).host));
  await once(socket, 'connect');

  parent.kill('SIGKILL');
  await once(socket, 'close');

  await using next = await startEmbeddedMongo({ dataDir: dir.path });
  expect(next.uri).toBe(String(line));
});

test('serves from the command line until it is told to stop', async () => {
  using dir = makeTempDir();
  const cli = run('../src/cli.ts', 'start', '--data', dir.path, '--port', '0');
  const [uri] = await once(createInterface({ input: cli.stdout }), 'line');
  {
    await using client = await MongoClient.connect(String(uri));
    expect(await client.db('test').command({ ping: 1 })).toEqual({ ok: 1 });
  }

  cli.kill('SIGTERM');

  expect(await once(cli, 'exit')).toEqual([0, null]);
});
