import fc from 'fast-check';
import { startTestServer, type TestServer } from '@whisper/server/testing';
import type { ChatId, Message } from '@whisper/shared';
import { expect, it, vi } from 'vitest';
import {
  memoryStorage,
  messagesOf,
  rowsOf,
  type CacheOptions,
  type ChatSnapshot,
  type ChatStore,
  type DeviceStorage,
  type StoredDraft,
  type WhisperClient,
} from '../src/index.ts';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import { meOf, openDevice, openUnsynced } from './people.ts';

const deviceNames = ['phone', 'laptop', 'bob'] as const;
const device = fc.constantFrom(...deviceNames);

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant('send' as const), device }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('drop' as const), device }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('cut' as const), device }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('mend' as const), device }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('slow' as const), device, delayMs: fc.nat(40) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const), device }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('edit' as const), device, index: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete' as const), device, index: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('react' as const), device, index: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('read' as const), device }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('pause' as const), device }) },
);

/** The same few histories in every run. */
const runs = { numRuns: 3, seed: 20_261_122, endOnFailure: true };

it('equals a fresh fetch after any history of sends, changes, drops, restarts from the cache, slow links and two devices', async () => {
  await using server = await startTestServer();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 60 }), async (steps) => {
      await using scene = await Scene.open(server);
      for (const each of steps) await scene.play(each);
      await scene.settle();

      const stored = await scene.fetchAll();
      for (const name of deviceNames) await scene.expectInStep(name, stored);
      expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
      // An edit keeps its message's name in front, and a deletion takes it away.
      const names = stored.map(({ text }) => text.replace(/ edited.*/, ''));
      expect(names.filter((text) => text !== '')).toEqual(names.filter((text) => scene.sent.includes(text)));
      expect(stored).toHaveLength(scene.sent.length);
      for (const name of deviceNames) {
        const own = (text: string) => text.startsWith(`${name} `);
        const kept = names.filter(own);
        expect(kept).toEqual(scene.sent.filter((text) => own(text) && kept.includes(text)));
      }
    }),
    runs,
  );
}, 120_000);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type DeviceName = (typeof deviceNames)[number];
type Device = {
  readonly person: string;
  readonly client: WhisperClient;
  readonly link: FlakyLink;
  readonly options: { readonly storage: DeviceStorage; readonly cache: CacheOptions };
};

/** Two people of this run alone: one with a phone and a laptop. */
class Scene implements AsyncDisposable {
  readonly sent: string[] = [];
  readonly #devices: Record<DeviceName, Device>;
  readonly #chatId: ChatId;
  #count = 0;

  private constructor(devices: Record<DeviceName, Device>, chatId: ChatId) {
    this.#devices = devices;
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
    const chat = await phone.client.store.openDirect(meOf(bob.client).id);
    await Promise.all([laptop, bob].map(({ client }) => client.store.openChat(chat.id)));
    return new Scene({ phone, laptop, bob }, chat.id);
  }

  async play(step: Step): Promise<void> {
    const each = this.#devices[step.device];
    const { link } = each;
    if (step.type === 'send') this.#send(step.device, each);
    if (step.type === 'drop') link.drop();
    if (step.type === 'slow') link.delayMs = step.delayMs;
    if (step.type === 'mend') link.isDown = false;
    if (step.type === 'restart') this.#restart(step.device, each);
    if (step.type === 'edit') this.#change(each, step.index, (store, row) => store.edit(row, editOf(row)));
    if (step.type === 'delete') this.#change(each, step.index, (store, row) => this.#remove(store, row));
    if (step.type === 'react') this.#react(each, step.index);
    if (step.type === 'read') each.client.store.markRead(this.#chatId);
    if (step.type === 'pause') await hasSentOrLost(each.client);
    if (step.type !== 'cut') return;
    link.isDown = true;
    link.drop();
  }

  /** Every link is good again and everything has arrived. */
  async settle(): Promise<void> {
    const devices = Object.values(this.#devices);
    for (const { link } of devices) {
      link.isDown = false;
      link.delayMs = 0;
    }
    // Editing or reacting to what another device has deleted meanwhile is refused, and that is what shall be seen.
    const isSettled = ({ outbox }: ChatSnapshot) => outbox.every(({ failure }) => failure);
    // A device that was restarted knows what it has to send once it is signed in.
    await Promise.all(devices.map(({ client }) => client.store.when(({ isSynced }) => isSynced)));
    await Promise.all(devices.map(({ client }) => client.store.when(isSettled)));
    const count = this.sent.length;
    await Promise.all(
      deviceNames.map((name) =>
        this.#devices[name].client.store.when(() => this.messagesOn(name).length >= count),
      ),
    );
  }

  /** What a device holds is what the server answers: messages, marks and what is unread. */
  async expectInStep(name: DeviceName, stored: readonly Message[]): Promise<void> {
    const { store, api } = this.#devices[name].client;
    await store.when(({ isSynced }) => isSynced);
    await vi.waitFor(
      async () => {
        expect(this.messagesOn(name)).toEqual(stored);
        const chat = await api.chat.get.query({ chatId: this.#chatId });
        expect(store.getSnapshot().chats).toEqual([chat]);
      },
      { timeout: 10_000, interval: 100 },
    );
  }

  messagesOn(name: DeviceName): readonly Message[] {
    const view = this.#devices[name].client.store.getSnapshot().open.get(this.#chatId);
    return view?.status === 'ready' ? view.log.messages : [];
  }

  async fetchAll(): Promise<readonly Message[]> {
    const page = await this.#devices.bob.client.api.message.list.query({ chatId: this.#chatId });
    expect(page.hasMore).toBe(false);
    return page.messages;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { client, link } of Object.values(this.#devices)) {
      client.close();
      await link[Symbol.asyncDispose]();
    }
  }

  #send(name: DeviceName, { client }: Device): void {
    // A device that has not signed in since its restart shows no chat to write in.
    if (!client.store.getSnapshot().me) return;
    const text = `${name} ${(this.#count += 1)}`;
    this.sent.push(text);
    client.store.send(this.#chatId, text);
  }

  /** Changes one of the person's own messages, sent or not. */
  #change({ client: { store } }: Device, index: number, change: Change): void {
    const { me, outbox, open } = store.getSnapshot();
    const rows = rowsOf(this.#chatId, { view: open.get(this.#chatId), outbox });
    const own = rows
      .map((row) => (row.state === 'sent' ? row.message : row.draft))
      .filter((each) => 'queuedAt' in each || (each.sender.id === me?.id && !each.deletedAt));
    const chosen = own[index % Math.max(1, own.length)];
    if (chosen) change(store, chosen);
  }

  /** A draft that is taken back before it was tried leaves no message. */
  #remove(store: ChatStore, target: Message | StoredDraft): void {
    store.remove(target);
    if (!('queuedAt' in target)) return;
    const isTakenBack = store.getSnapshot().outbox.every(({ clientId, ...rest }) => {
      return clientId !== target.clientId && !('draftId' in rest && rest.draftId === target.clientId);
    });
    const name = target.text.replace(/ edited.*/, '');
    if (isTakenBack) this.sent.splice(this.sent.indexOf(name), 1);
  }

  #react({ client: { store } }: Device, index: number): void {
    const messages = messagesOf(store.getSnapshot().open.get(this.#chatId)).filter((each) => !each.deletedAt);
    const chosen = messages[index % Math.max(1, messages.length)];
    if (chosen) store.react(chosen, index % 2 === 0 ? '👍' : '🎉', index % 3 !== 0);
  }

  #restart(name: DeviceName, { person, client, link, options }: Device): void {
    client.close();
    const restarted = openUnsynced(link.url, person, options);
    void restarted.store.openChat(this.#chatId).catch(() => undefined);
    this.#devices[name] = { person, link, options, client: restarted };
  }
}

type Change = (store: ChatStore, target: Message | StoredDraft) => void;

function editOf({ text }: Message | StoredDraft): string {
  return `${text.replace(/ edited.*/, '')} edited ${crypto.randomUUID().slice(0, 4)}`;
}

function hasSentOrLost({ store }: WhisperClient): Promise<unknown> {
  return store.when(
    ({ outbox, connection }) => outbox.every(({ failure }) => failure) || connection.status !== 'open',
  );
}
