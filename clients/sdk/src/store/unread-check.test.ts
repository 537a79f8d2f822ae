import { ManualClock, startTestServer, type TestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openConversation, openDevice } from '../../test/people.ts';
import type { WhisperClient } from '../create-whisper-client.ts';

describe('a badge of a chat that is read on another device', () => {
  it('goes by itself within 45 s', async () => {
    await using server = await startTestServer();
    const clock = new ManualClock();
    const { laptop } = await openScene(server, { clock });
    let waitedMs = 0;

    await vi.waitFor(() => {
      // Short enough for the server to answer in between that it is there.
      clock.advance(4_000);
      waitedMs += 4_000;
      expect(unreadOn(laptop)).toBe(0);
    });

    expect(waitedMs).toBeLessThan(60_000);
  });

  it('goes when the person comes back to this one', async () => {
    await using server = await startTestServer();
    const { laptop } = await openScene(server, { clock: new ManualClock() });

    laptop.retryNow();

    await laptop.store.when(() => unreadOn(laptop) === 0);
  });

  it('goes with the next connection', async () => {
    await using server = await startTestServer();
    await using link = await FlakyLink.open(server.url);
    const { laptop } = await openScene(server, { url: link.url });

    link.drop();

    await laptop.store.when(() => unreadOn(laptop) === 0);
  });

  it('costs nothing while there is none', async () => {
    await using server = await startTestServer();
    const clock = new ManualClock();
    const laptop = await openDevice(server.url, 'bob', { clock });
    const asked = vi.spyOn(globalThis, 'fetch');
    onTestFinished(() => asked.mockRestore());

    for (let step = 0; step < 20; step += 1) {
      clock.advance(4_000);
      await laptop.api.auth.sync.mutate();
    }

    expect(asked).not.toHaveBeenCalledWith(expect.stringContaining('chat.list'), expect.anything());
  });
});

it('keeps a chat read that the person has just read here, whatever a query says that crossed it', async () => {
  await using server = await startTestServer();
  const { alice, bob, chatId } = await openConversation(server);
  alice.store.send(chatId, 'hello');
  await bob.store.when(() => unreadOn(bob) === 1);
  const seen = new Set<number | undefined>();

  bob.store.subscribe(() => seen.add(unreadOn(bob)));
  bob.store.markRead(chatId);
  for (let time = 0; time < 5; time += 1) await bob.store.loadMoreChats().then(() => bob.retryNow());
  await vi.waitFor(async () => expect((await bob.api.chat.get.query({ chatId })).unread).toBe(0));

  expect([...seen]).toEqual([0]);
});

/** Bob’s phone has read what his laptop shows as unread. */
async function openScene(
  server: TestServer,
  { url = server.url, ...options }: { readonly url?: string; readonly clock?: ManualClock },
): Promise<{ laptop: WhisperClient }> {
  const laptop = await openDevice(url, 'bob', options);
  const { alice, bob: phone, chatId } = await openConversation(server);
  alice.store.send(chatId, 'hello');
  await Promise.all([laptop, phone].map((each) => each.store.when(() => unreadOn(each) === 1)));
  phone.store.markRead(chatId);
  await vi.waitFor(async () => expect((await phone.api.chat.get.query({ chatId })).unread).toBe(0));
  expect(unreadOn(laptop)).toBe(1);
  return { laptop };
}

function unreadOn({ store }: WhisperClient): number | undefined {
  return store.getSnapshot().chats[0]?.unread;
}
