import { describe, expect, it } from 'vitest';
import { startTestServer } from '../testing/index.ts';

describe('chat.openDirect', () => {
  it('makes one chat of 100 opens from both sides at once', async () => {
    await using server = await startTestServer();
    const [alice, bob] = await Promise.all([server.signIn('alice'), server.signIn('bob')]);

    const opens = Array.from({ length: 50 }, () => [
      alice.api.chat.openDirect.mutate({ userId: bob.me.id }),
      bob.api.chat.openDirect.mutate({ userId: alice.me.id }),
    ]).flat();
    const ids = new Set((await Promise.all(opens)).map((chat) => chat.id));

    expect(ids.size).toBe(1);
    const { chats } = await alice.api.chat.list.query({});
    expect(chats).toHaveLength(1);
    expect(chats[0]?.participant.name).toBe('bob');
  });
});
