import { startTestServer, type TestServer } from '@whisper/server/testing';
import type { ChatId } from '@whisper/shared';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openDevice } from '../../test/people.ts';
import { SteeredSockets } from '../../test/steered-sockets.ts';
import type { WhisperClient } from '../create-whisper-client.ts';
import { messagesOf } from './chat-snapshot.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('what was read here and is marked as unread on another device', () => {
  it('is unread here when the answer to the reading comes last', async () => {
    const { phone, laptop, sockets, chatId, second } = await openScene();
    sockets.steer = (frame) => (/"json":\{"unread":/.test(frame) ? 'hold' : { pass: frame });
    phone.store.markRead(chatId);
    await vi.waitFor(() => expect(sockets.heldCount).toBe(1));
    await laptop.store.when(() => unreadOn(laptop) === 0);
    let isTold = false;
    sockets.steer = (frame) => {
      isTold ||= frame.includes('"type":"changed"');
      return { pass: frame };
    };
    await laptop.store.markUnread(chatId, second);
    await vi.waitFor(() => expect(isTold).toBe(true));

    sockets.release();

    await phone.store.when(() => unreadOn(phone) === 2);
    phone.store.markRead(chatId);
    await laptop.store.when(() => unreadOn(laptop) === 0);
  });

  it('is unread here when the server cannot say any more what was missed', async () => {
    const { phone, laptop, sockets, chatId, second } = await openScene();
    phone.store.markRead(chatId);
    await laptop.store.when(() => unreadOn(laptop) === 0);
    await vi.waitFor(async () => expect(unreadOn(phone)).toBe(0));
    sockets.steer = (frame) => {
      if (frame.includes('"type":"changed"')) return 'lose';
      return { pass: frame.replace('"type":"synced"', '"type":"reset"') };
    };
    await laptop.store.markUnread(chatId, second);
    sockets.drop();

    await phone.store.when(() => unreadOn(phone) === 2);
  });
});

/** Bob's phone and laptop, with three unread messages of Alice's; of the phone's frames the test decides. */
async function openScene() {
  const id = crypto.randomUUID().slice(0, 8);
  const sockets = new SteeredSockets();
  const [alice, phone, laptop] = await Promise.all([
    openDevice(server.url, `alice ${id}`),
    openDevice(server.url, `bob ${id}`, { WebSocket: sockets.WebSocket }),
    openDevice(server.url, `bob ${id}`),
  ]);
  const bob = phone.store.getSnapshot().me;
  if (!bob) throw new Error('Bob is signed in');
  const { id: chatId } = await alice.store.openDirect(bob.id);
  for (const text of ['one', 'two', 'three']) alice.store.send(chatId, text);
  for (const device of [phone, laptop]) {
    await device.store.when(() => unreadOn(device) === 3);
    await device.store.openChat(chatId);
  }
  const second = messagesOf(phone.store.getSnapshot().open.get(chatId))[1]?.seq ?? 0;
  return { phone, laptop, sockets, chatId, second } satisfies { chatId: ChatId; [part: string]: unknown };
}

function unreadOn({ store }: WhisperClient): number | undefined {
  return store.getSnapshot().chats[0]?.unread;
}
