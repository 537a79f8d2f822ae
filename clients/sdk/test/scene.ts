import type { TestServer } from '@whisper/server/testing';
import { FlakyLink } from '@whisper/server/testing/flaky-link';
import type { Chat, ChatId, Message, UserId } from '@whisper/shared';
import { expect, vi } from 'vitest';
import {
  memoryStorage,
  messagesOf,
  rowsOf,
  type ChatSnapshot,
  type ChatStore,
  type StoredDraft,
  type WhisperClient,
} from '../src/index.ts';
import { meOf, openDevice, openUnsynced } from './people.ts';
import type { Act, SceneOptions, Step } from './steps.ts';
import { UnsteadySockets } from './unsteady-sockets.ts';
import { fetchMessages } from '../verify/fetch-messages.ts';

type Device = {
  readonly person: string;
  readonly client: WhisperClient;
  readonly link: FlakyLink;
  readonly sockets: UnsteadySockets;
  readonly options: Parameters<typeof openDevice>[2];
};

/** People of this scene alone in one chat, each device with a network of its own to break and a cache to start from. */
export class Scene implements AsyncDisposable {
  /** Every text that was given to a device to be sent, in that order, but for those it took back before. */
  readonly sent: string[] = [];
  readonly chatId: ChatId;
  readonly #devices: Map<string, Device>;
  readonly #owner: WhisperClient | undefined;
  readonly #userIds: readonly UserId[];

  private constructor(devices: Map<string, Device>, owner: WhisperClient | undefined, chatId: ChatId) {
    this.#devices = devices;
    this.#owner = owner;
    this.chatId = chatId;
    this.#userIds = [...new Set([...devices.values()].map(({ client }) => meOf(client).id))];
  }

  static async open(server: TestServer, { cast, owner }: SceneOptions): Promise<Scene> {
    const id = crypto.randomUUID().slice(0, 8);
    const opened = Object.entries(cast).map(
      async ([name, person]) => [name, await openOne(server, `${person} ${id}`)] as const,
    );
    const devices = new Map(await Promise.all(opened));
    const clients = [...devices.values()].map(({ client }) => client);
    const ownerClient = owner === undefined ? undefined : await openDevice(server.url, `${owner} ${id}`);
    const chat = ownerClient
      ? await ownerClient.store.groups.create({ name: 'Friends', memberIds: idsOf(clients) })
      : await openDirect(clients);
    await Promise.all(clients.map(({ store }) => store.openChat(chat.id)));
    return new Scene(devices, ownerClient, chat.id);
  }

  async play({ act, device: name, index }: Step): Promise<void> {
    const device = this.#deviceOf(name);
    const { link, client, sockets } = device;
    switch (act) {
      case 'drop':
        return link.drop();
      case 'cut':
        return link.cut();
      case 'mend':
        return link.restore();
      case 'slow':
        link.delayMs = index % 40;
        return;
      case 'repeat':
        sockets.repeats = 3;
        return;
      case 'reorder':
        sockets.swaps = 2;
        return;
      case 'restart':
        return this.#restart(name, device);
      case 'pause':
        return void (await client.store.when(
          (snapshot) => isSettled(snapshot) || snapshot.connection.status !== 'open',
        ));
      case 'remove':
      case 'add':
      case 'role':
      case 'rename':
      case 'hideHistory':
        return this.#administer(act, index);
      case 'send':
      case 'mention':
      case 'edit':
      case 'delete':
      case 'deleteOther':
      case 'react':
      case 'reply':
      case 'pin':
      case 'hide':
      case 'read':
      case 'unread':
        return this.#talk(act, name, index);
    }
  }

  /** Every link is good again, and what was to be sent is sent or refused. */
  async settle(): Promise<void> {
    const devices = [...this.#devices.values()];
    for (const { link, sockets } of devices) {
      link.restore();
      link.delayMs = 0;
      sockets.repeats = 0;
      sockets.swaps = 0;
    }
    // A device that was restarted knows what it has to send once it is signed in.
    await Promise.all(devices.map(({ client }) => client.store.when(({ isSynced }) => isSynced)));
    await Promise.all(devices.map(({ client }) => client.store.when(isSettled)));
  }

  /** What every device shows is what the server answers it, and what is counted there is what is there. */
  async expectInStep(): Promise<void> {
    for (const { client } of this.#devices.values()) {
      await vi.waitFor(() => this.#expectInStep(client), { timeout: 30_000, interval: 100 });
    }
  }

  /** Everything that is shown to whom the device belongs. */
  fetchAll(name: string): Promise<Message[]> {
    return fetchMessages(this.#deviceOf(name).client, this.chatId);
  }

  /** How many messages there ever were, hidden ones included. */
  async countMessages(): Promise<number> {
    const [device] = this.#devices.values();
    if (!device) return 0;
    return (await device.client.api.chat.get.query({ chatId: this.chatId })).lastSeq;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#owner?.close();
    for (const { client, link } of this.#devices.values()) {
      client.close();
      await link[Symbol.asyncDispose]();
    }
  }

  async #expectInStep(client: WhisperClient): Promise<void> {
    const { store, api } = client;
    const { chatId } = this;
    const { chats } = await api.chat.list.query({});
    expect(store.getSnapshot().chats).toEqual(chats);
    const [chat] = chats;
    if (!chat) {
      return expect(store.getSnapshot().open.get(chatId)).toMatchObject({ failure: { code: 'NOT_FOUND' } });
    }
    while (hasOlder(store, chatId)) await store.loadOlder(chatId);
    const messages = await fetchMessages(client, chatId);
    expect(messagesOf(store.getSnapshot().open.get(chatId))).toEqual(messages);
    expectCounted(chat, messages, meOf(client).id);
  }

  async #administer(act: 'remove' | 'add' | 'role' | 'rename' | 'hideHistory', index: number): Promise<void> {
    const userId = this.#userIds[index % this.#userIds.length];
    if (!this.#owner || !userId) return;
    const { chat } = this.#owner.api;
    const { chatId } = this;
    if (act === 'rename') await chat.update.mutate({ chatId, name: `Friends ${index}` });
    if (act === 'hideHistory') await chat.update.mutate({ chatId, historyVisible: index % 2 === 0 });
    if (act === 'add') await chat.addMembers.mutate({ chatId, userIds: [userId] });
    if (act === 'remove') await chat.removeMember.mutate({ chatId, userId });
    const role = index % 2 === 0 ? 'admin' : 'member';
    // Who is not in it is nothing there.
    if (act === 'role') await chat.setRole.mutate({ chatId, userId, role }).catch(() => undefined);
  }

  /** A device that has not signed in since its restart, or is not in the group, shows nothing to act on. */
  #talk(act: Act, name: string, index: number): void {
    const { store } = this.#deviceOf(name).client;
    const { me, chats, open } = store.getSnapshot();
    if (!me || chats.length === 0) return;
    const { chatId } = this;
    const said = messagesOf(open.get(chatId)).filter(({ kind, deletedAt }) => kind === 'text' && !deletedAt);
    const chosen = said[index % Math.max(1, said.length)];
    const own = ownRows(store, chatId, me.id);
    const mine = own[index % Math.max(1, own.length)];
    if (act === 'send') this.#send(store, name);
    if (act === 'mention') this.#send(store, name, { mentions: this.#userIds.filter((id) => id !== me.id) });
    if (act === 'read') store.markRead(chatId);
    if (act === 'edit' && mine) store.edit(mine, editOf(mine));
    if (act === 'delete' && mine) this.#remove(store, mine);
    // Refused, but to admins.
    if (act === 'deleteOther' && chosen) store.remove(chosen);
    if (act === 'react' && chosen) store.react(chosen, index % 2 === 0 ? '👍' : '🎉', index % 3 !== 0);
    if (act === 'reply' && chosen) this.#send(store, name, { replyTo: chosen.id });
    if (act === 'pin' && chosen) store.pin(chosen, index % 2 === 0);
    if (act === 'hide' && chosen) store.hide(chosen);
    // It goes to the server at once, so that it is refused when the chat is gone meanwhile.
    if (act === 'unread' && chosen) void store.markUnread(chatId, chosen.seq).catch(() => undefined);
  }

  #send(store: ChatStore, name: string, options?: Parameters<ChatStore['send']>[2]): void {
    const text = `${name} ${this.sent.length + 1} ${crypto.randomUUID().slice(0, 4)}`;
    this.sent.push(text);
    store.send(this.chatId, text, options);
  }

  /** A draft that is taken back before it was tried leaves no message. */
  #remove(store: ChatStore, target: Message | StoredDraft): void {
    store.remove(target);
    if (!('queuedAt' in target)) return;
    const isTakenBack = store.getSnapshot().outbox.every(({ clientId, ...rest }) => {
      return clientId !== target.clientId && !('draftId' in rest && rest.draftId === target.clientId);
    });
    if (isTakenBack) this.sent.splice(this.sent.indexOf(nameOf(target)), 1);
  }

  #restart(name: string, device: Device): void {
    device.client.close();
    const client = openUnsynced(device.link.url, device.person, device.options);
    void client.store.openChat(this.chatId).catch(() => undefined);
    this.#devices.set(name, { ...device, client });
  }

  #deviceOf(name: string): Device {
    const device = this.#devices.get(name);
    if (!device) throw new Error(`There is no device ${name}`);
    return device;
  }
}

/** What a message was sent as: an edit keeps it in front. */
export function nameOf({ text }: Pick<Message, 'text'>): string {
  return text.replace(/ edited.*/, '');
}

async function openOne(server: TestServer, person: string): Promise<Device> {
  const link = await FlakyLink.open(server.url);
  const storage = memoryStorage();
  const sockets = new UnsteadySockets();
  const options = { storage, cache: { storage, account: person }, WebSocket: sockets.WebSocket };
  return { person, link, sockets, options, client: await openDevice(link.url, person, options) };
}

/** Both open it, so that the server lists it to each of them also while nobody has written. */
async function openDirect(clients: readonly WhisperClient[]): Promise<Chat> {
  const [first, other] = [clients[0], clients.at(-1)];
  if (!first || !other) throw new Error('It takes two');
  await other.store.openDirect(meOf(first).id);
  return first.store.openDirect(meOf(other).id);
}

function idsOf(clients: readonly WhisperClient[]): UserId[] {
  return [...new Set(clients.map((client) => meOf(client).id))];
}

/** Changing what another device has deleted meanwhile is refused, and so is what is meant for a group one is not in. */
function isSettled({ outbox }: ChatSnapshot): boolean {
  return outbox.every(({ failure }) => failure);
}

function hasOlder(store: ChatStore, chatId: ChatId): boolean {
  const view = store.getSnapshot().open.get(chatId);
  return view?.status === 'ready' && view.log.hasOlder;
}

function ownRows(store: ChatStore, chatId: ChatId, meId: UserId): (Message | StoredDraft)[] {
  const { open, outbox } = store.getSnapshot();
  return rowsOf(chatId, { view: open.get(chatId), outbox })
    .map((row) => (row.state === 'sent' ? row.message : row.draft))
    .filter(
      (each) => 'queuedAt' in each || (each.kind === 'text' && each.sender.id === meId && !each.deletedAt),
    );
}

function editOf(target: Message | StoredDraft): string {
  return `${nameOf(target)} edited ${crypto.randomUUID().slice(0, 4)}`;
}

/** Counted one by one. */
function expectCounted(chat: Chat, messages: readonly Message[], meId: UserId): void {
  const unread = messages.filter(
    ({ kind, sender, deletedAt, seq }) =>
      kind === 'text' && sender.id !== meId && !deletedAt && seq > chat.readSeq,
  );
  const mentions = unread.filter((message) => message.mentions.includes(meId));
  expect(chat).toMatchObject({ unread: unread.length, unreadMentions: mentions.length });
}
