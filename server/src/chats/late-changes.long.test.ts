import type { Chat, ChatEvent, ChatId, MessageEvent, UserId } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { Types } from 'mongoose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  collect,
  ManualClock,
  openGroup,
  startTestServer,
  type TestClient,
  type TestServer,
} from '../testing/index.ts';
import { drawFrom } from '../testing/random.ts';
import type { GroupChange } from './group-change.ts';

const steps = Number(process.env['LATE_STEPS'] ?? 150);
const seed = Number(process.env['LATE_SEED'] ?? 20_261_126);

const clock = new ManualClock();
let nodes: readonly [TestServer, TestServer];
beforeAll(async () => {
  const first = await startTestServer({ clock, isAlone: true });
  nodes = [first, await startTestServer({ clock, isAlone: true, sameDatabaseAs: first })];
});
afterAll(async () => {
  for (const node of nodes.toReversed()) await node[Symbol.asyncDispose]();
});

const drawOf = drawFrom(seed);
/** A whole number below another. */
const draw = (below: number) => drawOf(0, below - 1);

const anyNode = () => nodes[draw(2)] ?? nodes[0];

/** What of a chat a device shows in its list. */
const shown = (chat: Chat) =>
  chat.kind === 'group' ? { name: chat.name, role: chat.myRole, count: chat.memberCount } : null;

/** A device that comes now and then, at whichever process, and is told what changed. */
class Device {
  readonly #name: string;
  #cursors: { chats?: string; messages?: string } = {};
  readonly #chats = new Map<ChatId, ReturnType<typeof shown>>();
  readonly #seqs = new Set<number>();

  constructor(name: string) {
    this.#name = name;
  }

  /** Resolves with what it shows then, and what a fetch shows. */
  async visit(chatId: ChatId) {
    const client = await anyNode().signIn(this.#name);
    const { chats, messages } = this.#cursors;
    const changes = collect<{ id: string; data: ChatEvent }>((on) =>
      client.api.chat.onChange.subscribe({ lastEventId: chats }, on),
    );
    const all = collect<{ id: string; data: MessageEvent }>((on) =>
      client.api.message.onEvent.subscribe({ lastEventId: messages }, on),
    );
    for (const each of [changes, all]) await each.until((items) => items.at(-1)?.data.type === 'synced');
    if (chats === undefined) await this.#fetch(client);
    for (const { data } of changes.items) await this.#apply(client, data);
    for (const { data } of all.items) if ('message' in data) this.#seqs.add(data.message.seq);
    this.#cursors = { chats: changes.items.at(-1)?.id ?? '', messages: all.items.at(-1)?.id ?? '' };
    for (const each of [changes, all]) each.stop();
    const fetched = (await client.api.chat.list.query({})).chats;
    const log = await client.api.message.list.query({ chatId }).catch(() => ({ messages: [] }));
    await client.close();
    const seqs = log.messages.map(({ seq }) => seq);
    const isShown = (seq: number) => this.#chats.has(chatId) && seq >= (seqs[0] ?? 0);
    return {
      held: [[...this.#chats], [...this.#seqs].filter(isShown).sort((a, b) => a - b)],
      fetched: [fetched.map((chat) => [chat.id, shown(chat)]), seqs],
    };
  }

  async #fetch({ api }: TestClient): Promise<void> {
    for (const chat of (await api.chat.list.query({})).chats) {
      this.#chats.set(chat.id, shown(chat));
      await this.#fetchLog(api, chat.id);
    }
  }

  async #fetchLog({ message }: TestClient['api'], chatId: ChatId): Promise<void> {
    const { messages } = await message.list.query({ chatId });
    for (const { seq } of messages) this.#seqs.add(seq);
  }

  /** As every client does: what is new or this person's alone is fetched, what everybody is told is taken as told. */
  async #apply({ api }: TestClient, event: ChatEvent): Promise<void> {
    if (event.type === 'gone') this.#chats.delete(event.chatId);
    if (event.type === 'new') await this.#fetchLog(api, event.chatId).catch(() => undefined);
    if (event.type === 'new' || (event.type === 'changed' && !event.group)) {
      const chat = await api.chat.get.query({ chatId: event.chatId }).catch(() => undefined);
      if (chat) this.#chats.set(chat.id, shown(chat));
    }
    const held = 'chatId' in event ? this.#chats.get(event.chatId) : undefined;
    if (!held || event.type !== 'changed' || !event.group) return;
    const { name, memberCount: count } = event.group;
    this.#chats.set(event.chatId, { ...held, name, count });
  }
}

/** A group of which every change dies between its log and its documents, or between the one and the other of these. */
class FragileGroup {
  readonly #chatId: ChatId;
  readonly #ownerId: UserId;
  readonly #others: readonly UserId[];
  readonly #roles = new Map<UserId, 'member' | 'admin'>();
  #isPending = false;
  #isHalf = false;

  constructor(chatId: ChatId, ownerId: UserId, others: readonly UserId[]) {
    this.#chatId = chatId;
    this.#ownerId = ownerId;
    this.#others = others;
  }

  /** Somebody is in it by their own document and not yet by the group's: fetches of the two differ until it is applied. */
  get isHalf(): boolean {
    return this.#isHalf;
  }

  async change(): Promise<void> {
    if (this.#isPending) return;
    const change = this.#drawChange();
    const chat = new Types.ObjectId(this.#chatId);
    const at = new Date(clock.now());
    const messages = nodes[0].app.db.collection('messages');
    const rev = 1 + (await messages.countDocuments({ chat }));
    const numbers = { seq: rev, rev, createdRev: rev, revs: [{ n: rev, at }], systemRev: rev };
    const times = { changedAt: at, createdAt: at, updatedAt: at };
    const what = { chat, sender: new Types.ObjectId(this.#ownerId), text: '', clientId: randomUUID() };
    // Said by every process that is not alone before it stores anything.
    const until = new Date(clock.now() + 60_000);
    await nodes[0].app.db.collection('chats').updateOne({ _id: chat }, { $max: { changedAt: until } });
    await messages.insertOne({ ...what, system: change, ...numbers, ...times });
    this.#isPending = true;
    if (draw(3) === 0) await this.#applyHalf();
  }

  /** By the next life of a process, or because somebody writes. */
  async apply(): Promise<void> {
    this.#isPending = false;
    this.#isHalf = false;
    if (draw(3) === 0) {
      await using _ = await startTestServer({ clock, isAlone: true, sameDatabaseAs: nodes[0] });
      return;
    }
    const node = anyNode();
    const owner = await node.signIn('late-0');
    await owner.api.message.send.mutate({ chatId: this.#chatId, text: 'hi', clientId: randomUUID() });
    // Each process takes itself to be alone, and would let the other wait for that.
    await node.app.lastMessages.settled();
    await owner.close();
  }

  /** The people are as it says, and the group is not. */
  async #applyHalf(): Promise<void> {
    const chats = nodes[0].app.db.collection('chats');
    const _id = new Types.ObjectId(this.#chatId);
    const before = await chats.findOne({ _id });
    await using _ = await startTestServer({ clock, isAlone: true, sameDatabaseAs: nodes[0] });
    if (before) await chats.replaceOne({ _id }, before);
    this.#isHalf = true;
  }

  #drawChange(): GroupChange {
    const userId = this.#others[draw(this.#others.length)] ?? this.#ownerId;
    const role = this.#roles.get(userId);
    if (draw(4) === 0) return { type: 'renamed', name: `Garden ${draw(1_000)}` };
    if (!role) {
      this.#roles.set(userId, 'member');
      return { type: 'memberAdded', userIds: [userId] };
    }
    if (draw(2) === 0) {
      this.#roles.delete(userId);
      return { type: 'memberRemoved', userId };
    }
    const next = role === 'admin' ? 'member' : 'admin';
    this.#roles.set(userId, next);
    return { type: 'roleChanged', userId, role: next };
  }
}

it(`shows on every device what a fetch shows, however late what died is applied (seed ${seed})`, async () => {
  const names = Array.from({ length: 4 }, (_, index) => `late-${index}`);
  const { people, chat } = await openGroup(nodes[0], 'late-0');
  const others = await Promise.all(names.slice(1).map((name) => nodes[0].signIn(name)));
  const owner = people[0]?.me.id ?? ('' as UserId);
  const group = new FragileGroup(
    chat.id,
    owner,
    others.map(({ me }) => me.id),
  );
  const devices = names.map((name) => new Device(name));

  for (let step = 0; step < steps; step += 1) {
    const dice = draw(10);
    if (dice < 3) await group.change();
    else if (dice < 5) await group.apply();
    else if (dice < 7) clock.advance((1 + draw(90)) * 1_000);
    else {
      const seen = await devices[draw(devices.length)]?.visit(chat.id);
      if (!group.isHalf) expect(seen?.held, `after ${step} steps`).toEqual(seen?.fetched);
    }
  }
}, 300_000);
