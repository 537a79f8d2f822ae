import type { ChatId, Message } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LegacyTestSocket } from '../src/testing/legacy/legacy-socket.ts';
import { issueToken, type Person } from './person.ts';
import type { Witness } from './witness.ts';

const pauseMs = 100;
const settleMs = 15_000;

type TalkOptions = {
  readonly url: string;
  readonly chatId: ChatId;
  readonly pair: readonly [Person, Person];
  /** At the start of every text. */
  readonly marker: string;
  /** Neither of them attacks: nothing they do is refused, and nothing else is in their chat. */
  readonly isPeaceful: boolean;
  readonly witness: Witness;
};

type Stream = 'chat' | 'all';

/** Two people who chat as people do, and what each of them was told; compared with the log at the end. */
export class Talk {
  readonly #options: TalkOptions;
  readonly #accepted: string[] = [];
  /** In one chat exactly once and in order; over all chats at least once. */
  readonly #told: Record<Stream, string[]> = { chat: [], all: [] };
  #oldSocket: LegacyTestSocket | undefined;
  #stop: () => void = () => undefined;

  constructor(options: TalkOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { url, chatId, pair, isPeaceful } = this.#options;
    const [one, other] = pair;
    const streams = [this.#follow(other, { chatId }, 'chat'), this.#follow(one, {}, 'all')];
    this.#stop = () => {
      for (const stream of streams) stream.unsubscribe();
      this.#oldSocket?.close();
    };
    if (!isPeaceful) return;
    this.#oldSocket = await LegacyTestSocket.open(url, { token: await issueToken(url, other.name) });
    this.#oldSocket.client.onAny((...event: unknown[]) => this.#note(other, JSON.stringify(event)));
  }

  #follow({ api, name }: Person, input: { readonly chatId?: ChatId }, kind: Stream) {
    const { witness } = this.#options;
    return api.message.onEvent.subscribe(input, {
      onData: ({ data }) => {
        this.#note({ name }, JSON.stringify(data));
        if (data.type === 'created') this.#hear(kind, data.message.text);
      },
      onError: (error) => witness.find('lost', `a stream of ${name} ended: ${error.message}`),
    });
  }

  #note({ name }: Pick<Person, 'name'>, text: string): void {
    const { witness } = this.#options;
    witness.saw({ person: name, text, sent: 'nothing: it came to an ordinary client', seed: witness.seed });
  }

  #hear(kind: Stream, text: string): void {
    if (text.startsWith(this.#options.marker)) this.#told[kind].push(text);
  }

  /** A message, a page of history and a read mark after the other. */
  async run(isOver: () => boolean): Promise<void> {
    const { pair, marker, chatId, isPeaceful, witness } = this.#options;
    for (let n = 1; !isOver(); n += 1) {
      const { api, name } = pair[n % 2 === 0 ? 1 : 0];
      const text = `${marker} ${n}`;
      try {
        const { seq } = await api.message.send.mutate({ chatId, text, clientId: randomUUID() });
        this.#accepted.push(text);
        if (n % 10 === 0) await api.chat.markRead.mutate({ chatId, seq });
        if (n % 10 === 5) this.#note({ name }, JSON.stringify(await api.message.list.query({ chatId })));
      } catch (error) {
        witness.count('refused to an attacker’s ordinary client', isPeaceful ? 0 : 1);
        if (isPeaceful) witness.find('lost', `${name} could not chat: ${String(error)}`);
      }
      await sleep(pauseMs);
    }
  }

  /** Compares until all agree, or for as long as anybody may be waited for. */
  async settle(): Promise<number> {
    const { witness, marker } = this.#options;
    const deadline = Date.now() + settleMs;
    for (;;) {
      const faults = await this.#compare();
      if (faults.length === 0 || Date.now() > deadline) {
        for (const fault of faults) witness.find('lost', `${marker}: ${fault}`);
        this.#stop();
        return this.#accepted.length;
      }
      await sleep(200);
    }
  }

  async #compare(): Promise<string[]> {
    const { marker, isPeaceful } = this.#options;
    const log = await this.#readLog();
    const own = log.map(({ text }) => text).filter((text) => text.startsWith(marker));
    const faults = this.#accepted
      .filter((text) => !own.includes(text))
      .map((text) => `“${text}” was accepted and is not in the log`);
    if (new Set(own).size < own.length) faults.push('the log holds a message twice');
    if (isPeaceful && log.some(({ text }) => !text.includes(marker)))
      faults.push('the log holds what neither of them wrote');
    if (this.#told.chat.join('\n') !== own.join('\n'))
      faults.push(
        `the stream of the chat told ${this.#told.chat.length} messages of ${own.length}, or not in order`,
      );
    const all = new Set(this.#told.all);
    if (own.some((text) => !all.has(text)))
      faults.push('the stream of all chats told less than the log holds');
    if (!this.#oldSocket) return faults;
    const old = this.#oldSocket
      .all('new-message')
      .flatMap(({ text }) => (own.includes(String(text)) ? [text] : []));
    if (old.join('\n') !== own.join('\n'))
      faults.push(`the old wire told ${old.length} messages of ${own.length}`);
    return faults;
  }

  async #readLog(): Promise<Message[]> {
    const { pair, chatId } = this.#options;
    const messages: Message[] = [];
    for (let hasMore = true; hasMore; ) {
      const page = await pair[0].api.message.changes.query({ chatId, afterRev: messages.at(-1)?.rev ?? 0 });
      messages.push(...page.messages);
      hasMore = page.hasMore;
    }
    return messages;
  }
}
