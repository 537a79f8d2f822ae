import fc from 'fast-check';
import { startTestServer, type TestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import type { Chat, ChatId, Message } from '@whisper/shared';
import { expect, it, vi } from 'vitest';
import { memoryStorage, messagesOf, type WhisperClient } from '../src/index.ts';
import { meOf, openDevice, openUnsynced } from './people.ts';

const deviceNames = ['phone', 'laptop', 'bob'] as const;
type DeviceName = (typeof deviceNames)[number];

const acts = {
  send: 6,
  mention: 3,
  edit: 3,
  delete: 2,
  react: 2,
  hide: 2,
  read: 2,
  unread: 1,
  drop: 2,
  cut: 1,
  mend: 2,
  restart: 2,
  pause: 4,
  // By the owner, to Bob and to the group.
  remove: 1,
  add: 2,
  rename: 1,
  hideHistory: 1,
} as const;
type Act = keyof typeof acts;

const step = fc.record({
  act: fc.oneof(
    ...Object.entries(acts).map(([act, weight]) => ({ weight, arbitrary: fc.constant(act as Act) })),
  ),
  name: fc.constantFrom(...deviceNames),
  index: fc.nat(),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** The same few histories in every run. */
const runs = { numRuns: 3, seed: 20_261_126, endOnFailure: true };

it('equals a fresh fetch and a recount after any history of a group, whoever came, left, hid or was away', async () => {
  await using server = await startTestServer();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 60 }), async (steps) => {
      await using scene = await Scene.open(server);
      for (const each of steps) await scene.play(each);
      await scene.settle();
      for (const name of deviceNames) await scene.expectInStep(name);
    }),
    runs,
  );
}, 120_000);

type Device = {
  readonly person: string;
  readonly client: WhisperClient;
  readonly link: FlakyLink;
  readonly options: Parameters<typeof openDevice>[2];
};

/** Alice with two devices and Bob in a group of its own, whose owner does not talk. */
class Scene implements AsyncDisposable {
  readonly #devices: Record<DeviceName, Device>;
  readonly #owner: WhisperClient;
  readonly #bobId: string;
  readonly #chatId: ChatId;

  private constructor(devices: Record<DeviceName, Device>, owner: WhisperClient, chatId: ChatId) {
    this.#devices = devices;
    this.#owner = owner;
    this.#bobId = meOf(devices.bob.client).id;
    this.#chatId = chatId;
  }

  static async open(server: TestServer): Promise<Scene> {
    const id = crypto.randomUUID().slice(0, 8);
    const openOne = async (person: string): Promise<Device> => {
      const link = await FlakyLink.open(server.url);
      const storage = memoryStorage();
      const options = { storage, cache: { storage, account: person } };
      return { person, link, options, client: await openDevice(link.url, person, options) };
    };
    const [phone, laptop, bob] = await Promise.all([
      openOne(`alice ${id}`),
      openOne(`alice ${id}`),
      openOne(`bob ${id}`),
    ]);
    const owner = await openDevice(server.url, `owner ${id}`);
    const memberIds = [phone, bob].map(({ client }) => meOf(client).id);
    const chat = await owner.store.groups.create({ name: 'Friends', memberIds });
    await Promise.all([phone, laptop, bob].map(({ client }) => client.store.openChat(chat.id)));
    return new Scene({ phone, laptop, bob }, owner, chat.id);
  }

  async play({ act, name, index }: Step): Promise<void> {
    const device = this.#devices[name];
    const { link, client } = device;
    switch (act) {
      case 'drop':
        return link.drop();
      case 'cut':
        return link.cut();
      case 'mend':
        return link.restore();
      case 'restart':
        return this.#restart(name, device);
      case 'pause':
        return void (await client.store.when(
          ({ outbox, connection }) => outbox.every(({ failure }) => failure) || connection.status !== 'open',
        ));
      case 'remove':
      case 'add':
      case 'rename':
      case 'hideHistory':
        return this.#administer(act, index);
      case 'send':
      case 'mention':
      case 'edit':
      case 'delete':
      case 'react':
      case 'hide':
      case 'read':
      case 'unread':
        return this.#talk(act, device, index);
    }
  }

  /** Every link is good again and what was to be sent is sent or refused. */
  async settle(): Promise<void> {
    const devices = Object.values(this.#devices);
    for (const { link } of devices) link.restore();
    for (const { client } of devices) {
      await client.store.when(({ isSynced }) => isSynced);
      await client.store.when(({ outbox }) => outbox.every(({ failure }) => failure));
    }
  }

  /** What a device shows is what the server answers, and what is counted there is what is there. */
  async expectInStep(name: DeviceName): Promise<void> {
    const { store, api } = this.#devices[name].client;
    await vi.waitFor(
      async () => {
        const { chats } = await api.chat.list.query({});
        expect(store.getSnapshot().chats).toEqual(chats);
        const view = store.getSnapshot().open.get(this.#chatId);
        const [chat] = chats;
        if (!chat) return expect(view).toMatchObject({ status: 'failed', failure: { code: 'NOT_FOUND' } });
        const { messages } = await api.message.list.query({ chatId: this.#chatId });
        expect(messagesOf(view)).toEqual(messages);
        expectCounted(chat, messages, meOf(this.#devices[name].client).id);
      },
      { timeout: 10_000, interval: 100 },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#owner.close();
    for (const { client, link } of Object.values(this.#devices)) {
      client.close();
      await link[Symbol.asyncDispose]();
    }
  }

  async #administer(act: 'remove' | 'add' | 'rename' | 'hideHistory', index: number): Promise<void> {
    const { chat } = this.#owner.api;
    const chatId = this.#chatId;
    if (act === 'rename') await chat.update.mutate({ chatId, name: `Friends ${index}` });
    if (act === 'hideHistory') await chat.update.mutate({ chatId, historyVisible: index % 2 === 0 });
    if (act === 'add') await chat.addMembers.mutate({ chatId, userIds: [this.#bobId] });
    // Who is not in it any more cannot be removed again.
    if (act === 'remove')
      await chat.removeMember.mutate({ chatId, userId: this.#bobId }).catch(() => undefined);
  }

  /** A device that has not signed in since its restart, or is not in the group, shows nothing to act on. */
  #talk(act: Act, { client: { store } }: Device, index: number): void {
    const { me, open, chats } = store.getSnapshot();
    if (!me || chats.length === 0) return;
    const chatId = this.#chatId;
    const said = messagesOf(open.get(chatId)).filter(({ kind, deletedAt }) => kind === 'text' && !deletedAt);
    const own = said.filter(({ sender }) => sender.id === me.id);
    const chosen = said[index % Math.max(1, said.length)];
    const mine = own[index % Math.max(1, own.length)];
    const others = this.#peopleBut(me.id);
    if (act === 'send') store.send(chatId, `text ${index}`);
    if (act === 'mention') store.send(chatId, `text ${index}`, { mentions: others });
    if (act === 'read') store.markRead(chatId);
    if (act === 'edit' && mine) store.edit(mine, `edited ${index}`);
    if (act === 'delete' && mine) store.remove(mine);
    if (act === 'react' && chosen) store.react(chosen, '👍', index % 3 !== 0);
    if (act === 'hide' && chosen) store.hide(chosen);
    // It goes to the server at once, so that it is refused when the chat is gone meanwhile.
    if (act === 'unread' && chosen) void store.markUnread(chatId, chosen.seq).catch(() => undefined);
  }

  #peopleBut(userId: string) {
    const { phone, bob } = this.#devices;
    const people = [phone, bob].flatMap(({ client }) => client.store.getSnapshot().me?.id ?? []);
    return people.filter((id) => id !== userId);
  }

  #restart(name: DeviceName, { person, client, link, options }: Device): void {
    client.close();
    const restarted = openUnsynced(link.url, person, options);
    void restarted.store.openChat(this.#chatId).catch(() => undefined);
    this.#devices[name] = { person, link, options, client: restarted };
  }
}

function expectCounted(chat: Chat, messages: readonly Message[], meId: string): void {
  const unread = messages.filter(
    ({ kind, sender, deletedAt, seq }) =>
      kind === 'text' && sender.id !== meId && !deletedAt && seq > chat.readSeq,
  );
  const mentions = unread.filter((message) => message.mentions.some((id) => id === meId));
  expect(chat).toMatchObject({ unread: unread.length, unreadMentions: mentions.length });
}
