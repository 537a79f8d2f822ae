import { describe, expect, it } from 'vitest';
import { deleteUser } from '../users/delete-user.ts';
import { openChat, startTestServer, type TestClient } from '../testing/index.ts';

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
    expect(chats).toMatchObject([{ participant: { name: 'bob' } }]);
  });

  it('refuses oneself, somebody who never was, and somebody who was deleted', async () => {
    await using server = await startTestServer();
    const [alice, bob] = await Promise.all([server.signIn('alice'), server.signIn('bob')]);
    await deleteUser(server.app, bob.me.clerkId);
    const open = (userId: string) => alice.api.chat.openDirect.mutate({ userId });

    await expect(open(alice.me.id)).rejects.toMatchObject({ data: { code: 'BAD_REQUEST' } });
    await expect(open('f'.repeat(24))).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
    await expect(open(bob.me.id)).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
    expect((await alice.api.chat.list.query({})).chats).toEqual([]);
  });
});

describe('the id of a chat', () => {
  it('says nothing of the next chat’s', async () => {
    await using server = await startTestServer();
    const one = await openChat(server, 'alice', 'bob');
    const next = await openChat(server, 'alice', 'carol');
    // An ObjectId has ten bytes in common with the one made before it.
    expect(one.chat.id.slice(0, 16)).not.toBe(next.chat.id.slice(0, 16));
  });
});

describe('chat.list', () => {
  it('shows an empty chat to whoever opened it, and to the other person with its first message', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server);
    const idsOf = async ({ api }: TestClient) => (await api.chat.list.query({})).chats.map(({ id }) => id);

    expect([await idsOf(alice), await idsOf(bob)]).toEqual([[chat.id], []]);
    await alice.api.message.send.mutate({ chatId: chat.id, text: 'hello', clientId: 'first' });
    expect([await idsOf(alice), await idsOf(bob)]).toEqual([[chat.id], [chat.id]]);
  });

  it('shows an empty chat to both when both opened it', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server);
    expect(await bob.api.chat.openDirect.mutate({ userId: alice.me.id })).toMatchObject({ id: chat.id });
    expect((await bob.api.chat.list.query({})).chats).toMatchObject([{ id: chat.id }]);
  });

  it('keeps a chat whose other person was deleted, under the name of nobody', async () => {
    await using server = await startTestServer();
    const { alice, bob, chat } = await openChat(server);
    await deleteUser(server.app, bob.me.clerkId);

    const { chats } = await alice.api.chat.list.query({});

    expect(chats).toMatchObject([
      { id: chat.id, participant: { id: bob.me.id, name: 'Deleted user', email: '' } },
    ]);
  });

  it('pages through all chats, newest first, none twice and none missing', async () => {
    await using server = await startTestServer();
    const opened = [];
    for (const name of ['bob', 'carol', 'dave', 'erin', 'frank']) {
      opened.unshift((await openChat(server, 'alice', name)).chat.id);
    }
    const alice = await server.signIn('alice');

    const listed: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await alice.api.chat.list.query({ limit: 2, cursor });
      listed.push(...page.chats.map((chat) => chat.id));
      cursor = page.nextCursor;
    } while (cursor);

    expect(listed).toEqual(opened);
  });
});
