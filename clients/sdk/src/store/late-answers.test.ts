import { randomUUID } from 'node:crypto';
import { startTestServer, type TestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { equalsFetch, leave, meOf, openDevice, openUnsynced, textsOf } from '../../test/people.ts';
import { SteeredSockets } from '../../test/steered-sockets.ts';
import { storeCopies } from '../../test/store-copies.ts';
import type { WhisperClient } from '../create-whisper-client.ts';
import { memoryStorage } from '../storage/memory-storage.ts';
import { messagesOf } from './chat-snapshot.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('whoever is put out of a group and brought back', () => {
  it.each([
    ['its messages', false],
    ['what its kept ones lack', true],
  ])('sees it, although %s had been asked for when it happened', async (_, isKept) => {
    const scene = await openScene();
    const { url, chatId, putOut, bringBack, openAgain } = scene;
    if (isKept) await scene.bob.store.openChat(chatId);
    if (isKept) await leave(scene.bob);
    const answers = holdAnswers(url, isKept ? /message\.changes/ : /message\.list/);
    const bob = isKept ? openAgain() : scene.bob;
    const opened = bob.store.openChat(chatId);
    await answers.held;

    await putOut();
    await isIn(bob, false);
    await bringBack();
    await isIn(bob, true);
    answers.release();

    await opened;
    await equalsFetch(bob, chatId);
  });

  it('sees it, although the answer that it is not there comes late', async () => {
    const { bob, url, sockets, chatId, putOut, bringBack } = await openScene();
    await putOut();
    await isIn(bob, false);
    const answers = holdAnswers(url, /message\.list/);
    const opened = bob.store.openChat(chatId);
    await answers.held;

    const told = hear(sockets, /"type":"new"/);
    await bringBack();
    await told;
    answers.release();

    await opened;
    await equalsFetch(bob, chatId);
  });

  it('is not shown what was on its way of parts that they do not see any more', async () => {
    const { alice, bob, url, chatId, putOut, bringBack } = await openScene();
    await storeCopies(server, `of ${chatId}`, 120);
    await bob.store.openChat(chatId);
    const answers = holdAnswers(url, /around/);
    const opened = bob.store.openAround(chatId, 3);
    await answers.held;

    await alice.api.chat.update.mutate({ chatId, historyVisible: false });
    await putOut();
    await bringBack();
    const countShown = () => messagesOf(bob.store.getSnapshot().open.get(chatId)).length;
    await bob.store.when(() => countShown() === 1);
    const shown = new Set<number>();
    bob.store.subscribe(() => shown.add(countShown()));
    answers.release();

    await opened;
    await equalsFetch(bob, chatId);
    expect([...shown]).toEqual([1]);
  });

  it('is not shown again what is kept of it, when the device closed before it knew what they see now', async () => {
    const { alice, bob, url, sockets, chatId, putOut, bringBack, openAgain } = await openScene();
    await bob.store.openChat(chatId);
    await leave(bob);
    await alice.api.chat.update.mutate({ chatId, historyVisible: false });
    await putOut();
    await bringBack();

    const answers = holdAnswers(url, /message\./);
    const told = hear(sockets, /"id":"c:\d+","data":\{"type":"synced"/);
    const hurried = openAgain();
    void hurried.store.openChat(chatId).catch(() => undefined);
    await told;
    expect(textsOf(hurried, chatId)).toContain(`of ${chatId}`);
    await leave(hurried);
    answers.release();
    // Long ago: the next device is not told of it.
    await server.app.db.collection('members').updateMany({}, { $set: { joinedAt: new Date(0) } });

    const back = openAgain();
    await back.store.openChat(chatId);
    await equalsFetch(back, chatId);
  });
});

describe('whoever is told how far another has come', () => {
  it('knows it, although the chats that they asked for are from before', async () => {
    const { alice, bob, url, sockets, chatId, openAgain } = await openScene();
    await bob.forget();
    const { lastSeq: seq } = await alice.api.chat.update.mutate({ chatId, name: 'Best friends' });
    const answers = holdAnswers(url, /chat\.list/);
    const back = openAgain();
    await answers.held;

    const told = hear(sockets, new RegExp(`"type":"marks".*"userId":"${meOf(alice).id}"`));
    await alice.api.chat.markRead.mutate({ chatId, seq });
    await told;
    answers.release();

    await isIn(back, true);
    await back.store.openChat(chatId);
    await equalsFetch(back, chatId);
  });
});

/** A group in which Alice has written, and Bob's device, which has not opened it. Nobody else is at its `url`. */
async function openScene() {
  const id = randomUUID().slice(0, 8);
  const link = await FlakyLink.open(server.url);
  onTestFinished(() => link[Symbol.asyncDispose]());
  const sockets = new SteeredSockets();
  const { url } = link;
  const cache = { storage: memoryStorage(), account: `bob ${id}` };
  const options = { cache, WebSocket: sockets.WebSocket };
  const alice = await openDevice(server.url, `alice ${id}`);
  const bob = await openDevice(url, `bob ${id}`, options);
  const userId = meOf(bob).id;
  const { id: chatId } = await alice.store.groups.create({ name: 'Friends', memberIds: [userId] });
  await alice.api.message.send.mutate({ chatId, text: `of ${chatId}`, clientId: randomUUID() });
  await bob.store.when(({ chats }) => chats[0]?.lastMessage?.text === `of ${chatId}`);
  return {
    ...{ alice, bob, url, sockets, chatId },
    openAgain: () => openUnsynced(url, `bob ${id}`, options),
    putOut: () => alice.api.chat.removeMember.mutate({ chatId, userId }),
    bringBack: () => alice.api.chat.addMembers.mutate({ chatId, userIds: [userId] }),
  };
}

/** Keeps what is asked at that address under way, answered already, until it is released. `held`: the first has been answered. */
function holdAnswers(url: string, asked: RegExp): { readonly held: Promise<void>; release(): void } {
  const { fetch } = globalThis;
  const [held, released] = [new Gate(), new Gate()];
  const spy = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const answer = await fetch(input, init);
    const { href } = new URL(input instanceof Request ? input.url : input);
    if (!href.startsWith(url) || !asked.test(href)) return answer;
    held.open();
    await released.opened;
    return answer;
  });
  onTestFinished(() => spy.mockRestore());
  return {
    held: held.opened,
    release: () => {
      spy.mockRestore();
      released.open();
    },
  };
}

class Gate {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}

/** Resolves when such a frame has come. */
function hear(sockets: SteeredSockets, pattern: RegExp): Promise<void> {
  return new Promise((resolve) => {
    sockets.steer = (frame) => {
      if (pattern.test(frame)) setImmediate(resolve);
      return { pass: frame };
    };
  });
}

describe('a chat that is new to a device', () => {
  it('is there with the message that told of it, although the server has not written that into it yet', async () => {
    const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => openNew(name)));
    if (!alice || !bob) throw new Error('They are there');
    const { id: chatId } = await alice.store.openDirect(meOf(bob).id);
    // As another process that was told of the message, but reads the chat before the one that stored it wrote there.
    const spy = vi.spyOn(server.app.lastMessages, 'settled').mockResolvedValue(true);
    onTestFinished(() => spy.mockRestore());

    alice.store.send(chatId, 'hello');

    await bob.store.when(({ chats }) => chats.length === 1);
    await expect.poll(() => bob.store.getSnapshot().chats[0]).toMatchObject({ lastSeq: 1, unread: 1 });
  });
});

const openNew = (name: string) => openDevice(server.url, `${name} ${randomUUID().slice(0, 8)}`);

async function isIn({ store }: WhisperClient, isThere: boolean): Promise<void> {
  await store.when(({ chats }) => chats.length === (isThere ? 1 : 0));
}
