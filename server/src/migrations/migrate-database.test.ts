import mongoose from 'mongoose';
import { expect, onTestFinished, test } from 'vitest';
import { ExpressDatabase } from '../testing/express-database.ts';
import { ManualClock, newDatabaseUri } from '../testing/index.ts';
import { systemClock, type Clock } from '../platform/clock.ts';
import { migrateDatabase } from './migrate-database.ts';
import type { Migration } from './migration.ts';

async function openDatabase(clock: Clock = systemClock) {
  const db = await mongoose.createConnection(newDatabaseUri()).asPromise();
  onTestFinished(() => db.close());
  return { db, clock, ...recordLog() };
}

function recordLog() {
  const lines: string[] = [];
  const write = (...args: unknown[]) => void lines.push(args.map((arg) => JSON.stringify(arg)).join(' '));
  return { lines, log: { debug: () => undefined, info: write, warn: write, error: write } };
}

const succeed: Migration = { id: 'first', run: () => Promise.resolve() };

test('the log says what was migrated, once', async () => {
  await using old = await ExpressDatabase.create();
  const { lines, log } = recordLog();

  await migrateDatabase({ db: old.db, clock: systemClock, log });
  expect(lines).toEqual([
    '"migrating the messages of the Express backend"',
    '{"people":4,"chats":4,"messages":65,"merged":1,"missing":1} "migrated: the database of the Express backend is ours"',
    '{"chats":5} "migrated: how far people have read stands with the people"',
    '{"messages":65} "migrated: messages are found by their words"',
  ]);

  lines.length = 0;
  await migrateDatabase({ db: old.db, clock: systemClock, log });
  await old.db.collection('migrations').deleteMany({});
  await migrateDatabase({ db: old.db, clock: systemClock, log });
  expect(lines).toEqual([]);
});

test('an empty database needs nothing, and says nothing', async () => {
  const deps = await openDatabase();
  await migrateDatabase(deps);
  expect(deps.lines).toEqual([]);
  expect((await deps.db.listCollections()).map(({ name }) => name)).toEqual(['migrations']);
});

test('a migration that failed is run again, and those before it are not', async () => {
  const deps = await openDatabase();
  const ran: string[] = [];
  const note = (id: string, isFailing = false): Migration => ({
    id,
    run() {
      ran.push(id);
      return isFailing ? Promise.reject(new Error('no space left')) : Promise.resolve();
    },
  });

  await expect(migrateDatabase(deps, [note('one'), note('two', true)])).rejects.toThrow('no space left');
  await migrateDatabase(deps, [note('one'), note('two'), note('three')]);
  expect(ran).toEqual(['one', 'two', 'two', 'three']);
});

test('one node migrates at a time, and a dead one is not waited for longer than its lock lasts', async () => {
  const clock = new ManualClock();
  const deps = await openDatabase(clock);
  const dead = { _id: 'lock', owner: 'dead', expiresAt: new Date(clock.now() + 6_000) };
  await deps.db.collection<typeof dead>('migrations').insertOne(dead);

  let isDone = false;
  const migrating = migrateDatabase(deps, [succeed]).then(() => (isDone = true));
  while (clock.now() < dead.expiresAt.getTime()) {
    while (clock.size === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(false);
    clock.advance(200);
  }
  await migrating;
  expect(deps.lines).toEqual([expect.stringContaining('another node is migrating')]);
  expect(await deps.db.collection('migrations').countDocuments()).toBe(1);
});

test('a node that lost its lock stops before it writes, and begins anew when it has it again', async () => {
  const clock = new ManualClock();
  const deps = await openDatabase(clock);
  const ran: string[] = [];
  const stalled: Migration = {
    id: 'stalled',
    run({ requireLock }) {
      if (ran.length === 0) clock.advance(60_000);
      ran.push('begun');
      requireLock();
      ran.push('written');
      return Promise.resolve();
    },
  };

  await migrateDatabase(deps, [stalled]);

  expect(ran).toEqual(['begun', 'begun', 'written']);
  expect(deps.lines).toEqual([expect.stringContaining('migrating the database anew')]);
});
