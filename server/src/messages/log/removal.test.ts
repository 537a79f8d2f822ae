import type { Chat, Message, MessageEvent } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { collect, startTestServer, type TestClient, type TestServer } from '../../testing/index.ts';

/** How often the person is put out and brought back; `REMOVALS=500` for a long run. */
const removals = Number(process.env['REMOVALS'] ?? 6);

type Seen = { readonly by: string; readonly message: Pick<Message, 'seq' | 'rev'> };

/** Everything that reached a person, by whichever way. */
class Witness {
  readonly seen: Seen[] = [];
  readonly #client: TestClient;
  readonly #chatId: Chat['id'];
  #isDone = false;
  #cursor: string | undefined;

  constructor(client: TestClient, chatId: Chat['id']) {
    this.#client = client;
    this.#chatId = chatId;
  }

  end(): void {
    this.#isDone = true;
  }

  /** Looks by every query, again and again. */
  async ask(): Promise<void> {
    const { chat, message } = this.#client.api;
    const chatId = this.#chatId;
    while (!this.#isDone) {
      await Promise.allSettled([
        message.list.query({ chatId, limit: 20 }).then((page) => this.#note('list', page.messages)),
        message.changes.query({ chatId, afterRev: 0 }).then((page) => this.#note('changes', page.messages)),
        chat.get.query({ chatId }).then(({ lastMessage }) => this.#note('get', [lastMessage])),
        chat.explainUnread.query({ chatId }).then((page) => this.#note('explainUnread', page.messages)),
        chat.list.query({}).then(({ chats }) => {
          const last = chats.map(({ lastMessage }) => lastMessage);
          this.#note('chat.list', last);
        }),
      ]);
    }
  }

  /** Watches all chats, and the one from where it was last, whenever it is let in. */
  async watch(): Promise<void> {
    const all = collect<{ data: MessageEvent }>((on) =>
      this.#client.api.message.onEvent.subscribe({}, this.#noting(on)),
    );
    while (!this.#isDone) {
      const input = { chatId: this.#chatId, lastEventId: this.#cursor };
      await new Promise<void>((resolve) => {
        const one = this.#client.api.message.onEvent.subscribe(input, {
          onData: (item: { id: string; data: MessageEvent }) => {
            this.#cursor = item.id;
            this.#hear('chat', item.data);
            if (this.#isDone) resolve(one.unsubscribe());
          },
          onError: () => resolve(),
          onComplete: () => resolve(),
        });
        const poll = setInterval(() => {
          if (!this.#isDone) return;
          clearInterval(poll);
          one.unsubscribe();
          resolve();
        }, 20);
      });
    }
    all.stop();
  }

  #noting<O extends { onData(item: { data: MessageEvent }): void }>(on: O): O {
    return {
      ...on,
      onData: (item: { data: MessageEvent }) => {
        this.#hear('all chats', item.data);
        on.onData(item);
      },
    };
  }

  #hear(by: string, event: MessageEvent): void {
    if (event.type === 'created' || event.type === 'updated') this.#note(by, [event.message]);
  }

  #note(by: string, messages: readonly (Seen['message'] | null)[]): void {
    for (const message of messages) if (message) this.seen.push({ by, message });
  }
}

/**
 * Whether the person was in the group at each number of its log. That they are removed they may still read: it stands in the
 * log a moment before they are out.
 */
function membershipByRev(log: readonly Message[], userId: string): (rev: number) => boolean {
  const changes = log.flatMap(({ rev, system }): [number, boolean][] => {
    if (system?.type === 'memberAdded' && system.users.some(({ id }) => id === userId)) return [[rev, true]];
    return system?.type === 'memberRemoved' && system.user.id === userId ? [[rev, false]] : [];
  });
  return (rev) => changes.findLast(([at, comes]) => (comes ? at <= rev : at < rev))?.[1] ?? false;
}

async function readLog({ api }: TestClient, chatId: Chat['id']): Promise<Message[]> {
  const log: Message[] = [];
  for (let afterRev = 0; ; ) {
    const page = await api.message.changes.query({ chatId, afterRev });
    log.push(...page.messages);
    afterRev = page.rev;
    if (!page.hasMore) return log;
  }
}

it('nothing that is written after somebody was removed reaches them, live, on resume or by any query, on two nodes', async () => {
  await using one = await startTestServer();
  await using other = await startTestServer({ sameDatabaseAs: one });
  const nodes: readonly TestServer[] = [one, other];
  const [owners, victims] = await Promise.all(
    ['olga', 'vic'].map((name) => Promise.all(nodes.map((node) => node.signIn(name)))),
  );
  const owner = owners?.[0];
  const victim = victims?.[0];
  if (!owner || !victim || !owners || !victims) throw new Error('Nobody is there');
  const group = { name: 'G', memberIds: [], clientId: randomUUID() };
  const { id: chatId } = await owner.api.chat.createGroup.mutate(group);
  await owner.api.chat.update.mutate({ chatId, historyVisible: false });

  const witnesses = victims.map((client) => new Witness(client, chatId));
  const watching = witnesses.flatMap((witness) => [witness.ask(), witness.watch()]);
  let isWriting = true;
  const write = async ({ api }: TestClient) => {
    for (let n = 0; isWriting; n += 1) {
      const message = await api.message.send.mutate({ chatId, text: `${n}`, clientId: randomUUID() });
      if (n % 3 === 0) await api.message.edit.mutate({ messageId: message.id, text: `edited ${n}` });
    }
  };
  const writing = owners.map(write);
  const userId = victim.me.id;
  for (let n = 0; n < removals; n += 1) {
    const [by, then] = n % 2 === 0 ? owners : owners.toReversed();
    await by?.api.chat.addMembers.mutate({ chatId, userIds: [userId] });
    await victims[n % 2]?.api.message.list.query({ chatId });
    await then?.api.chat.removeMember.mutate({ chatId, userId });
  }
  isWriting = false;
  await Promise.all(writing);
  for (const witness of witnesses) witness.end();
  await Promise.all(watching);

  const log = await readLog(owner, chatId);
  const wasIn = membershipByRev(log, userId);
  const seen = witnesses.flatMap((witness) => witness.seen);
  expect(seen.length).toBeGreaterThan(removals);
  const leaked = seen.filter(({ message }) => !wasIn(message.rev));
  expect(leaked.map(({ by, message }) => `${message.seq} at ${message.rev} by ${by}`)).toEqual([]);
  const revs = log.map(({ seq }) => seq).toSorted((a, b) => a - b);
  expect(revs).toEqual(revs.map((_, index) => index + 1));
}, 120_000);
