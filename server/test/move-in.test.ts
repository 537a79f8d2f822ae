import { expect, it } from 'vitest';
import { moveIn } from '../src/move-in.ts';
import { ExpressDatabase } from '../src/testing/express-database.ts';
import { newDatabaseUri, startTestServer } from '../src/testing/start-test-server.ts';

async function run(...args: string[]): Promise<{ code: number; output: string }> {
  let output = '';
  const code = await moveIn(args, (text) => (output += text));
  return { code, output };
}

it('reports what a database holds and changes nothing, then makes it ours, and has nothing left to do', async () => {
  await using old = await ExpressDatabase.create();
  const before = await old.db.collection('messages').find().toArray();

  const report = await run('--from', old.mongoUri, '--dry-run');
  expect(report.code).toBe(0);
  expect(report.output).toMatch(
    /People +4; 1 more .*\n +Chats +5; 1 are .*\n +Messages +\d+; \d+ have no place/,
  );
  expect(await old.db.collection('messages').find().toArray()).toEqual(before);
  expect(await old.db.collection('migrations').countDocuments()).toBe(0);

  const moved = await run('--from', old.mongoUri);
  expect(moved.output).toMatch(/Now:\n.*\n +People +5\n +Chats +5\n +Messages +\d+\n/);
  const again = await run('--from', old.mongoUri);
  expect([again.code, again.output]).toEqual([0, expect.not.stringContaining(';')]);

  await using server = await startTestServer({ sameDatabaseAs: old });
  const alice = await server.signIn('alice');
  expect((await alice.api.chat.list.query({})).chats).toHaveLength(2);
});

it('says in a sentence what is wrong with the address, or that nothing is there', async () => {
  const [none, wrong, empty] = await Promise.all([
    run(),
    run('--from', 'http://example.org'),
    run('--from', newDatabaseUri()),
  ]);
  expect([none.code, none.output]).toEqual([2, expect.stringMatching(/^Usage: npm run move-in/)]);
  expect([wrong.code, wrong.output]).toEqual([2, expect.stringContaining('must begin with mongodb://')]);
  expect([empty.code, empty.output]).toEqual([
    1,
    expect.stringMatching(/Nothing of an app is in the database test-/),
  ]);
});
