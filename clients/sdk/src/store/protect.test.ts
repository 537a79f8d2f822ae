import { startTestServer, type TestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meOf, openDevice, statusBecomes, textsOf } from '../../test/people.ts';
import type { WhisperClient } from '../create-whisper-client.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const nameOf = (who: string) => `${who} ${randomUUID().slice(0, 8)}`;

const blockedBy = ({ store }: WhisperClient) => store.getSnapshot().blocked.map(({ user }) => user.id);

describe('the list of whom one blocks', () => {
  it('is the same on all devices, also on one that was away, and takes the chat along', async () => {
    await using link = await FlakyLink.open(server.url);
    const name = nameOf('alice');
    const [phone, laptop, bob] = await Promise.all([
      openDevice(server.url, name),
      openDevice(link.url, name),
      openDevice(server.url, nameOf('bob')),
    ]);
    const bobId = meOf(bob).id;
    const { id: chatId } = await phone.store.openDirect(bobId);
    const isBlockedOn = ({ store }: WhisperClient) =>
      store
        .getSnapshot()
        .chats.some((chat) => chat.id === chatId && chat.kind === 'direct' && chat.isBlocked === true);

    await phone.store.block(bobId);
    expect([blockedBy(phone), isBlockedOn(phone)]).toEqual([[bobId], true]);
    await laptop.store.when(() => blockedBy(laptop).length === 1 && isBlockedOn(laptop));
    link.cut();
    await statusBecomes(laptop, 'offline');
    await phone.store.unblock(bobId);
    expect([blockedBy(phone), isBlockedOn(phone)]).toEqual([[], false]);
    link.restore();

    await laptop.store.when(() => blockedBy(laptop).length === 0 && !isBlockedOn(laptop));
    expect(blockedBy(bob)).toEqual([]);
  });
});

/** Alice's group with bob in it, and a chat of the two. */
async function openRooms() {
  const [alice, bob] = await Promise.all(['alice', 'bob'].map((who) => openDevice(server.url, nameOf(who))));
  if (!alice || !bob) throw new Error('They are there');
  const group = await alice.store.groups.create({ name: 'Garden', memberIds: [meOf(bob).id] });
  const direct = await bob.store.openDirect(meOf(alice).id);
  await Promise.all([alice, bob].map(({ store }) => store.openChat(group.id)));
  return { alice, bob, chatId: group.id, directId: direct.id };
}

describe('the outbox', () => {
  it('waits under slow mode as long as it must, in order, and holds up no other chat', async () => {
    const { alice, bob, chatId, directId } = await openRooms();
    await alice.api.chat.update.mutate({ chatId, slowModeSeconds: 2 });
    for (const text of ['one', 'two']) bob.store.send(chatId, text);
    await bob.store.when(({ outbox }) => outbox.length === 1);

    bob.store.send(directId, 'meanwhile');
    await bob.store.when(({ outbox }) => outbox.every((entry) => entry.chatId === chatId));
    const waiting = bob.store.getSnapshot().outbox;
    await bob.store.when(({ outbox }) => outbox.length === 0);

    expect(waiting).toMatchObject([{ text: 'two' }]);
    expect(waiting[0]?.failure).toBeUndefined();
    await alice.store.when(() => textsOf(alice, chatId).includes('two'));
    expect(textsOf(alice, chatId).filter((text) => /^(?:one|two)$/.test(text))).toEqual(['one', 'two']);
  });

  it('says that only owners and admins write, keeps what was refused, and sends it when asked again', async () => {
    const { alice, bob, chatId } = await openRooms();
    await alice.api.chat.update.mutate({ chatId, readOnly: true });
    const clientId = bob.store.send(chatId, 'may I?');
    await bob.store.when(({ outbox }) => outbox[0]?.failure !== undefined);
    expect(bob.store.getSnapshot().outbox).toMatchObject([
      {
        text: 'may I?',
        failure: { code: 'FORBIDDEN', message: expect.stringContaining('owners and admins') },
      },
    ]);

    await alice.api.chat.update.mutate({ chatId, readOnly: false });
    bob.store.retry(clientId);

    await bob.store.when(({ outbox }) => outbox.length === 0);
    await alice.store.when(() => textsOf(alice, chatId).includes('may I?'));
  });
});
