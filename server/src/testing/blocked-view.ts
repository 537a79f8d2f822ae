import type { Chat } from '@whisper/shared';
import { limits } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import {
  byAge,
  callPath,
  follow,
  hasText,
  prepare,
  readEvents,
  toTold,
  type Ground,
} from './blocked-ground.ts';
import { collect, type Collector } from './collect.ts';
import { LegacyClient, request } from './legacy/legacy-client.ts';
import type { LegacyTestSocket } from './legacy/legacy-socket.ts';
import { ManualClock } from './manual-clock.ts';
import { startTestServer, type TestServer } from './start-test-server.ts';
import { TestClient } from './test-client.ts';

/** What one person was answered and told, by wire and name, with ids and times made alike. */
export type View = ReadonlyMap<string, string>;

type Input = (ground: Ground) => unknown;

const subscriptions: readonly (readonly [string, Input])[] = [
  ['message.onEvent', () => ({})],
  ['message.onEvent', ({ chatId }) => ({ chatId })],
  ['message.onEvent', ({ groupId }) => ({ chatId: groupId })],
  ['message.onNew', () => ({})],
  ['chat.onChange', () => ({})],
  ['typing.onChange', () => ({})],
  ['presence.onChange', ({ aliceId }) => ({ listed: true, userIds: [aliceId] })],
];

/** Alice has gone, or has blocked bob and goes on as if nothing were. */
export type Case = 'offline' | 'blocked';

/** Two people who talked, of whom one is not to be heard of any more, and what the other one sees of that. */
export class BlockedView implements AsyncDisposable {
  readonly #case: Case;
  readonly #server: TestServer;
  readonly #clock: ManualClock;
  /** Whoever has read much waits for a moment, so time has to pass. */
  readonly #ticking: NodeJS.Timeout;
  readonly #people: Readonly<Record<'alice' | 'bob' | 'carol', TestClient>>;
  readonly ground: Ground;
  readonly #view = new Map<string, string>();
  readonly #names = new Map<string, string>();

  private constructor(
    parts: { readonly case: Case; readonly server: TestServer; readonly clock: ManualClock },
    people: Readonly<Record<'alice' | 'bob' | 'carol', TestClient>>,
    ground: Ground,
  ) {
    this.#case = parts.case;
    this.#server = parts.server;
    this.#clock = parts.clock;
    this.#ticking = setInterval(() => parts.clock.advance(5), 5);
    this.#people = people;
    this.ground = ground;
  }

  static async start(what: Case): Promise<BlockedView> {
    const clock = new ManualClock();
    const server = await startTestServer({ clock, isAlone: true });
    const [alice, bob, carol] = [
      await TestClient.open(server.url, await server.tokenFor('alice')),
      await TestClient.open(server.url, await server.tokenFor('bob')),
      await TestClient.open(server.url, await server.tokenFor('carol')),
    ];
    const ground = await prepare({ alice, bob, carol }, clock);
    return new BlockedView({ case: what, server, clock }, { alice, bob, carol }, ground);
  }

  /** Asks for everything while alice is not to be heard of; answers what came. */
  async record(calls: readonly (readonly [string, Input])[], lines: readonly string[]): Promise<View> {
    const streams = await this.#follow();
    const old = await LegacyClient.signIn(this.#server, 'bob');
    const socket = await old.connect();
    await this.#part(streams);
    for (const wire of ['HTTP', 'WebSocket'] as const) {
      for (const [index, [path, input]] of calls.entries()) {
        if (index % 10 === 0) await this.#stir();
        await this.#call(wire, path, input(this.ground));
      }
    }
    for (const [index, line] of lines.entries()) {
      if (index % 5 === 0) await this.#stir();
      const named = line.replace(/:(\w+)/g, (_, name: 'chatId' | 'aliceId') => this.ground[name]);
      const { status, body } = await request(this.#server.url, named, {
        authorization: `Bearer ${old.token}`,
      });
      this.#note(`REST ${line}`, { status, body });
    }
    this.#note('Socket.IO send-message', await socket.client.emitWithAck('send-message', this.#draft()));
    await this.#stir();
    await this.#finish(socket, streams);
    await socket.until(() => JSON.stringify(socket.received).includes('"the end"'));
    for (const name of ['new-message', 'typing', 'online-users', 'user-online', 'user-offline']) {
      this.#note(`Socket.IO ${name}`, name === 'new-message' ? byAge(socket.all(name)) : socket.all(name));
    }
    for (const [name, events] of streams) this.#note(name, toTold(name, events.items));
    await this.#replay(streams);
    for (const events of streams.values()) events.stop();
    return this.#view;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#ticking);
    await Promise.all(Object.values(this.#people).map((client) => client.close()));
    await this.#server[Symbol.asyncDispose]();
  }

  #draft() {
    return { chatId: this.ground.chatId, text: 'from an old app', clientId: this.ground.key() };
  }

  async #follow(): Promise<Map<string, Collector<unknown>>> {
    const { bob } = this.#people;
    const streams = new Map<string, Collector<unknown>>();
    for (const [index, [path, input]] of subscriptions.entries()) {
      const asked = input(this.ground);
      streams.set(`WebSocket ${path} ${index}`, follow(bob, path, asked));
      streams.set(`SSE ${path} ${index}`, this.#followEvents(path, asked));
    }
    for (const [name, events] of streams) {
      if (!/typing|onNew/.test(name)) await events.until((items) => items.length > 0);
    }
    return streams;
  }

  #followEvents(path: string, input: unknown): Collector<unknown> {
    const query = encodeURIComponent(JSON.stringify({ json: input }));
    return collect((on) => {
      const ended = new AbortController();
      void readEvents(`${this.#server.url}/trpc/${path}?input=${query}`, {
        token: this.#people.bob.token,
        signal: ended.signal,
        onData: (data) => on.onData(data),
      }).catch((error: unknown) => !ended.signal.aborted && on.onError(error));
      return { unsubscribe: () => ended.abort() };
    });
  }

  /** From then on alice is not to be heard of. */
  async #part(streams: ReadonlyMap<string, Collector<unknown>>): Promise<void> {
    const { alice, bob } = this.#people;
    await alice.socketApi.auth.me.query();
    const saw = async (type: string) => {
      for (const [name, events] of streams) {
        if (name.includes('presence')) await events.until(hasText(`"${type}"`));
      }
    };
    await saw('online');
    if (this.#case === 'blocked') await alice.api.user.block.mutate({ userId: bob.me.id });
    else await this.#leave(alice);
    this.#clock.advance(limits.offlineGraceMs);
    await saw('offline');
    await this.#server.app.lastSeen.write();
  }

  async #leave(person: TestClient): Promise<void> {
    const { connections } = this.#server.app;
    const before = connections.size;
    await person.close();
    await expect.poll(() => connections.size).toBe(before - 1);
  }

  /** What alice does while she blocks bob: nothing of it may be heard. */
  async #stir(): Promise<void> {
    if (this.#case === 'offline') return;
    const { api, socketApi } = this.#people.alice;
    const { chatId, groupId, bobs } = this.ground;
    const chats = await api.chat.list.query({});
    const mayFail = (call: Promise<unknown>) => call.catch(() => undefined);
    for (const id of [chatId, groupId]) {
      const { lastSeq } = chats.chats.find((chat: Chat) => chat.id === id) ?? { lastSeq: 1 };
      await api.chat.markDelivered.mutate({ chatId: id, seq: lastSeq + 100 });
      await api.chat.markRead.mutate({ chatId: id, seq: lastSeq + 100 });
      await socketApi.typing.set.mutate({ chatId: id, isTyping: true });
      await api.message.list.query({ chatId: id });
    }
    await api.chat.setMine.mutate({ chatId, pinned: true });
    await mayFail(api.message.send.mutate({ chatId, text: 'not sent', clientId: randomUUID() }));
    await mayFail(api.message.react.mutate({ messageId: bobs, emoji: '👍', on: true }));
    await mayFail(api.message.pin.mutate({ messageId: bobs, on: true }));
    await api.presence.list.query();
  }

  async #call(wire: 'HTTP' | 'WebSocket', path: string, input: unknown): Promise<void> {
    const { bob } = this.#people;
    const { type } = this.#definitionOf(path);
    const at = bob[wire === 'HTTP' ? 'api' : 'socketApi'];
    const answer = await callPath(at, { path, type, input });
    this.#note(`${wire} ${path}`, answer);
  }

  #definitionOf(path: string): { readonly type: 'query' | 'mutation' } {
    const procedures = this.#server.server.router._def.procedures as unknown as Record<
      string,
      { readonly _def: { readonly type: 'query' | 'mutation' } }
    >;
    const found = procedures[path];
    if (!found) throw new Error(`There is no ${path}`);
    return found._def;
  }

  /** What comes last on each stream: then everything before it is there. */
  async #finish(socket: LegacyTestSocket, streams: ReadonlyMap<string, Collector<unknown>>): Promise<void> {
    const { bob, carol } = this.#people;
    const { chatId, groupId, key } = this.ground;
    await bob.api.message.send.mutate({ chatId: groupId, text: 'nearly the end', clientId: key() });
    await socket.until(() => JSON.stringify(socket.received).includes('nearly the end'));
    for (const [name, events] of streams) {
      if (/message.*[023]$/.test(name)) await events.until(hasText('nearly the end'));
    }
    const { seq } = await bob.api.message.send.mutate({ chatId, text: 'the end', clientId: key() });
    await bob.api.chat.markRead.mutate({ chatId, seq });
    await carol.socketApi.typing.set.mutate({ chatId: groupId, isTyping: true });
    for (const [name, events] of streams) {
      if (/message.*2$/.test(name)) continue;
      const last = /message/.test(name)
        ? '"the end"'
        : /typing/.test(name)
          ? carol.me.id
          : /presence/.test(name)
            ? `"online","userId":"${carol.me.id}"`
            : `"readSeq":${seq}`;
      await events.until(hasText(last));
    }
  }

  /** The same once more for who was away since the first event of each stream. */
  async #replay(streams: ReadonlyMap<string, Collector<unknown>>): Promise<void> {
    for (const [index, [path, input]] of subscriptions.entries()) {
      const [first] = (streams.get(`WebSocket ${path} ${index}`)?.items ?? []) as { id?: string }[];
      if (!first?.id) continue;
      const events = follow(this.#people.bob, path, {
        ...(input(this.ground) as object),
        lastEventId: first.id,
      });
      await events.until(hasText(path === 'message.onNew' ? '"the end"' : '"synced"'));
      this.#note(`WebSocket ${path} resumed ${index}`, toTold(`${path} ${index}`, events.items));
      events.stop();
    }
  }

  #note(name: string, value: unknown): void {
    const earlier = this.#view.get(name);
    const text = this.#alike(JSON.stringify(value) ?? 'nothing');
    this.#view.set(name, earlier === undefined ? text : `${earlier}\n${text}`);
  }

  /** Ids are named by the order in which they come up, and no time is told from another. */
  #alike(text: string): string {
    return text
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replace(/\b1\d{12}\b/g, 'TIME')
      .replace(/[0-9a-f]{24}|[\w-]{22,}/g, (id) => {
        const name = this.#names.get(id) ?? `ID${this.#names.size}`;
        this.#names.set(id, name);
        return name;
      });
  }
}
