import { limits, type ChatId, type MessageEvent, type UserId } from '@whisper/shared';
import type { FeedItem } from '@whisper/trpc-socket/feed';
import type { Connection as Database } from 'mongoose';
import { audienceAt } from '../../chats/group-change.ts';
import { readGroup } from '../../chats/store-change.ts';
import { listChangedChats, listParticipants, type PeopledChat } from '../../chats/list-changed-chats.ts';
import type { Broker, Topic } from '../../delivery/broker.ts';
import type { LastMessages } from '../../chats/last-messages.ts';
import { MemoryBroker } from '../../delivery/broker.memory.ts';
import { messagesTopicOf, topics } from '../../delivery/topics.ts';
import { ChatLine, type LineDeps } from './chat-line.ts';
import { publishEvent } from './message-events.ts';
import { findLonger } from './read-log.ts';

type Deps = Pick<LineDeps, 'db' | 'clock' | 'log'> & {
  readonly lastMessages: Pick<LastMessages, 'record'>;
  /** Between processes. */
  readonly bus: Broker;
  readonly writes?: Pick<Broker, 'completeUntil'>;
};

type Followed = {
  listeners: number;
  readonly stop: Promise<() => void>;
  readonly since: number;
  readonly lines: Set<ChatLine>;
  /** Told when so much is missing that each listener has to read for itself. */
  readonly missed: Set<() => void>;
};

/** The last event of a chat may be lost without a successor that shows it: how often the logs are compared. */
const compareEveryMs = 5_000;
const compareAgainMs = 500;
const headsPerQueryMax = 100;

/** Covers clocks that differ, writes under way, and what a chat says late of itself. Readers resume with as much. */
const overlapMs = 15_000;

/**
 * Stands between the bus and the feeds of this process where messages are concerned. Events of one chat come from several
 * processes and on several topics, late, twice, swapped or not at all; they leave in the order of the log, once, on every
 * topic that this process listens to. What is missing is read from the log once, and not by every subscriber.
 */
export class MessageRelay implements Broker {
  readonly isShared = true;
  readonly stats = { gaps: 0, repaired: 0, catchUps: 0 };
  readonly #deps: Deps;
  readonly #lineDeps: LineDeps;
  /** Who listens in this process. */
  readonly #local = new MemoryBroker();
  readonly #followed = new Map<string, Followed>();
  readonly #lines = new Map<ChatId, ChatLine>();
  #comparedAt: number;
  /** Events may be missing since then, until the logs have been compared. */
  #doubtSince: number | undefined;
  #isComparing = false;
  #cancelCompare: () => void = () => undefined;
  #isClosed = false;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#comparedAt = deps.clock.now();
    this.#lineDeps = {
      ...deps,
      stats: this.stats,
      record: ({ type, chatId, message }) => {
        if (type === 'updated') return;
        const { id: messageId, sender, seq, createdAt: sentAt } = message;
        // In a group the mark stands with the member; with the chat it counts as much.
        const mark = message.kind === 'system' ? 'none' : 'inChat';
        deps.lastMessages.record({ chatId, messageId, senderId: sender.id, mark, seq, sentAt });
      },
      tellMissed: (names) => {
        for (const name of names) for (const missed of this.#followed.get(name)?.missed ?? []) missed();
      },
      emit: (event, audience) => {
        const { completeUntil } = this;
        const publish = this.#local.publish.bind(this.#local);
        const publishAll = this.#local.publishAll.bind(this.#local);
        publishEvent({ publish, publishAll, completeUntil }, event, {
          participants: audience,
          isLarge: audience.length > limits.smallChatMax,
        });
      },
      findAudience: (chatId) => findAudience(deps.db, chatId),
    };
    this.#compareAfter(compareEveryMs);
  }

  get size(): number {
    return this.#local.size + this.#deps.bus.size - this.#followed.size;
  }

  get completeUntil(): number {
    const isLate = this.#deps.clock.now() - this.#comparedAt > overlapMs - compareEveryMs;
    return Math.min(
      this.#deps.bus.completeUntil,
      this.#deps.writes?.completeUntil ?? Number.POSITIVE_INFINITY,
      this.#doubtSince ?? Number.POSITIVE_INFINITY,
      isLate && this.#followed.size > 0 ? this.#comparedAt : Number.POSITIVE_INFINITY,
    );
  }

  /** What this process publishes comes back to it through the bus at once, and is put in order like everything else. */
  publish<E>(topic: Topic<E>, event: E): void {
    this.#deps.bus.publish(topic, event);
  }

  publishAll<E>(topics: readonly Topic<E>[], event: E): void {
    this.#deps.bus.publishAll(topics, event);
  }

  async subscribe<E>(
    topic: Topic<E>,
    listener: (event: E) => void,
    onMissed?: () => void,
  ): Promise<() => void> {
    if (!messagesTopicOf(topic.name)) return this.#deps.bus.subscribe(topic, listener, onMissed);
    const stopLocal = await this.#local.subscribe(topic, listener);
    const followed = this.#followed.get(topic.name) ?? this.#follow(topic.name);
    followed.listeners += 1;
    const missed = () => onMissed?.();
    followed.missed.add(missed);
    let isStopped = false;
    const stop = () => {
      if (isStopped) return;
      isStopped = true;
      stopLocal();
      followed.missed.delete(missed);
      followed.listeners -= 1;
      if (followed.listeners === 0) this.#leave(topic.name, followed);
    };
    try {
      await followed.stop;
      return stop;
    } catch (error) {
      stop();
      throw error;
    }
  }

  /** Nobody follows messages so: they are followed with what is to be done when some are missing. */
  subscribeAll<E>(topics: readonly Topic<E>[], listener: (event: E) => void): Promise<() => void> {
    return this.#deps.bus.subscribeAll(topics, listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelCompare();
    for (const line of this.#lines.values()) line.close();
    await this.#local.close();
    await this.#deps.bus.close();
  }

  #follow(name: string): Followed {
    const topic: Topic<FeedItem<MessageEvent>> = { name };
    const followed: Followed = {
      listeners: 0,
      since: this.#deps.clock.now(),
      lines: new Set(),
      missed: new Set(),
      stop: this.#deps.bus.subscribe(
        topic,
        (item) => this.#receive(name, item),
        () => this.#doubt(),
      ),
    };
    this.#followed.set(name, followed);
    return followed;
  }

  #leave(name: string, followed: Followed): void {
    this.#followed.delete(name);
    followed.stop.then((stop) => stop()).catch(() => undefined);
    for (const line of followed.lines) {
      line.topics.delete(name);
      if (line.topics.size > 0) continue;
      line.close();
      this.#lines.delete(line.chatId);
    }
  }

  #receive(name: string, { data, audience = [] }: FeedItem<MessageEvent>): void {
    const followed = this.#followed.get(name);
    if (!followed) return;
    switch (data.type) {
      case 'created':
      case 'updated': {
        const line = this.#lineOf(data.chatId, followed.since);
        this.#tie(line, name, followed);
        return line.receive(data, audience as readonly UserId[]);
      }
      case 'synced':
      case 'reset':
        return;
    }
    data satisfies never;
  }

  #lineOf(chatId: ChatId, since: number): ChatLine {
    const known = this.#lines.get(chatId);
    if (known) return known;
    const line = new ChatLine(this.#lineDeps, chatId, new Date(since - overlapMs));
    this.#lines.set(chatId, line);
    return line;
  }

  #tie(line: ChatLine, name: string, followed: Followed): void {
    line.topics.add(name);
    followed.lines.add(line);
  }

  #doubt(): void {
    const since = Math.min(this.#deps.bus.completeUntil, this.#deps.clock.now());
    this.#doubtSince = Math.min(since, this.#doubtSince ?? since);
    if (!this.#isComparing) this.#compareAfter(0);
  }

  #compareAfter(delayMs: number): void {
    if (this.#isClosed) return;
    this.#cancelCompare();
    this.#cancelCompare = this.#deps.clock.after(delayMs, () => void this.compare());
  }

  /** Finds and hands out what should have come and did not. Never rejects. */
  async compare(): Promise<void> {
    if (this.#isComparing) return;
    this.#isComparing = true;
    const [at, doubtSince] = [this.#deps.clock.now(), this.#doubtSince];
    try {
      await this.#catchUp(Math.min(this.#comparedAt, doubtSince ?? at));
      this.#comparedAt = at;
      if (this.#doubtSince === doubtSince) this.#doubtSince = undefined;
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'the logs cannot be compared, trying again');
    }
    this.#isComparing = false;
    const isOver = this.#comparedAt === at && this.#doubtSince === undefined;
    this.#compareAfter(isOver ? compareEveryMs : compareAgainMs);
  }

  /** Everything that was stored since then in a chat that somebody here follows has gone out when it resolves. */
  async #catchUp(since: number): Promise<void> {
    if (this.#followed.size === 0) return;
    this.stats.catchUps += 1;
    const of = [...this.#followed.keys()].map((name) => messagesTopicOf(name));
    const changed = await listChangedChats(this.#deps.db, {
      userIds: of.flatMap((whose) => whose?.userId ?? []),
      chatIds: of.flatMap((whose) => whose?.chatId ?? []),
      since: new Date(since - overlapMs),
    });
    const lines = changed.flatMap((chat) => this.#followedLineOf(chat, since) ?? []);
    const unread = lines.filter(({ head }) => head === undefined);
    for (const line of [...unread, ...(await this.#findBehind(lines))]) await line.read();
  }

  #followedLineOf({ chatId, participants }: PeopledChat, since: number): ChatLine | undefined {
    const names = [
      topics.messagesOfChat(chatId).name,
      topics.messagesOfGroup(chatId).name,
      ...participants.map((id) => topics.messagesOfUser(id).name),
    ];
    const followed = names.flatMap((name) => {
      const found = this.#followed.get(name);
      return found ? [[name, found] as const] : [];
    });
    if (followed.length === 0) return undefined;
    const from = Math.max(since, Math.min(...followed.map(([, each]) => each.since)));
    const line = this.#lineOf(chatId, from);
    for (const [name, each] of followed) this.#tie(line, name, each);
    return line;
  }

  async #findBehind(lines: readonly ChatLine[]): Promise<ChatLine[]> {
    const known = lines.flatMap((line) =>
      line.head === undefined ? [] : [[line.chatId, line.head] as const],
    );
    const behind: ChatLine[] = [];
    for (let start = 0; start < known.length; start += headsPerQueryMax) {
      const heads = new Map(known.slice(start, start + headsPerQueryMax));
      for (const chatId of await findLonger(this.#deps.db, heads)) {
        const line = this.#lines.get(chatId);
        if (line) behind.push(line);
      }
    }
    return behind;
  }
}

/** Who is in a group is as its log says once whoever follows a change in it may write; so it is read after the log. */
async function findAudience(db: Database, chatId: ChatId): Promise<(rev: number) => readonly UserId[]> {
  const group = await readGroup(db, chatId);
  if (group) return (rev) => audienceAt(group, rev);
  const participants = await listParticipants(db, chatId);
  return () => participants;
}
