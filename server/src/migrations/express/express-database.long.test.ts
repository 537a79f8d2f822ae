import { mongo } from 'mongoose';
import { expect, it } from 'vitest';
import { ExpressDatabase } from '../../testing/express-database.ts';
import { ServerProcess } from '../../testing/index.ts';

const { ObjectId } = mongo.BSON;
const [alice, carol] = ['66a000000000000000000001', '66a000000000000000000003'] as const;
const [withBob, withCarol, secondWithCarol] = [
  '66a0000000000000000003e9',
  '66a0000000000000000003ea',
  '66a0000000000000000003eb',
] as const;

it('a database of the Express backend is migrated to the end although the process is killed in the middle, twice', {
  timeout: 120_000,
}, async () => {
  await using old = await ExpressDatabase.create();
  const messages = old.db.collection('messages');
  await old.addMessages(new ObjectId(withBob), { sender: new ObjectId(alice), count: 8_000 });
  await old.addMessages(new ObjectId(secondWithCarol), { sender: new ObjectId(carol), count: 1_000 });
  const expected = {
    [withBob]: await old.textsOf(withBob),
    [withCarol]: await old.textsOf(withCarol, secondWithCarol),
  };
  const all = await messages.find({}, { projection: { text: 1 } }).toArray();
  const idOf = new Map(all.map(({ _id, text }) => [String(text), _id]));
  await using server = await ServerProcess.create({ MONGODB_URI: old.mongoUri });

  for (const killAfter of [1_000, 3_000]) {
    const ended = server.start().then(
      () => 'started',
      () => 'killed',
    );
    while (!(await isNumbered(killAfter))) await new Promise((resolve) => setImmediate(resolve));
    await server.kill();
    expect(await ended).toBe('killed');
    expect(await isNumbered(7_000)).toBe(false);
    // A dead node's lock runs out by itself; this test does not wait for it.
    const lock = { owner: { $exists: true } };
    await old.db.collection('migrations').updateOne(lock, { $set: { expiresAt: new Date(0) } });
  }

  await server.start();
  for (const [chatId, texts] of Object.entries(expected)) {
    const stored = await messages
      .find({ chat: new ObjectId(chatId) })
      .sort({ rev: 1 })
      .toArray();
    expect(stored.map((doc) => String(doc['text']))).toEqual(texts);
    expect(stored.every((doc, n) => doc['rev'] === n + 1 && doc['seq'] === n + 1)).toBe(true);
  }
  const indexes = (await messages.indexes()).map(({ name }) => name);
  expect(indexes).toContain('chat_1_rev_1');
  expect(indexes).not.toContain('migration_order');

  async function isNumbered(place: number): Promise<boolean> {
    const _id = idOf.get(expected[withBob]?.[place] ?? '');
    return _id !== undefined && (await messages.countDocuments({ _id, rev: { $exists: true } })) > 0;
  }
});
