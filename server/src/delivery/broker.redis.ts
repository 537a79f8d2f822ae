import type { EventTexts } from '@whisper/trpc-socket';
import type { Logger } from '../platform/logger.ts';
import type { Redis } from '../platform/redis.ts';
import type { Broker, Topic } from './broker.ts';
import { MemoryBroker } from './broker.memory.ts';
import { BusCodec } from './bus-codec.ts';

type Deps = { readonly redis: Redis; readonly texts: EventTexts; readonly log: Logger };

type Joined = {
  listeners: number;
  /** Resolves when the bus is listened to; never rejects. */
  readonly isListening: Promise<void>;
};

/** A topic that nobody listens to any more is kept for a moment: clients come back. */
const lingerMs = 1_000;

/** Several processes notice one trouble, each in its time: feeds read once for all of them. */
const missedTogetherMs = 200;

/**
 * The broker of several processes: sharded publish and subscribe of Redis, one channel a topic, listened to while somebody
 * in this process does. Who is in this process gets the published event itself before `publish` returns, whatever becomes
 * of Redis. After every time in which something may have been lost, here or on the way from here, all processes' `onMissed`
 * are called.
 */
export class RedisBroker implements Broker {
  readonly isShared = true;
  readonly #local = new MemoryBroker();
  readonly #redis: Redis;
  readonly #log: Logger;
  readonly #codec: BusCodec;
  readonly #joined = new Map<string, Joined>();
  readonly #missedListeners = new Set<() => void>();
  readonly #missedChannel: string;
  #joining: string[] = [];
  #isListening: Promise<void> = Promise.resolve();
  #lingering: NodeJS.Timeout | undefined;
  #tellingMissed: NodeJS.Timeout | undefined;
  #incompleteSince: number | undefined;
  #hasDropped = false;

  constructor({ redis, texts, log }: Deps) {
    this.#redis = redis;
    this.#log = log;
    this.#codec = new BusCodec(texts);
    this.#missedChannel = redis.name('missed');
    void redis.subscribe([this.#missedChannel], (message) => {
      const [from, since] = message.split(' ');
      if (from !== redis.nodeId) this.#tellMissed(Number(since));
    });
    redis.onAway(() => {
      this.#incompleteSince ??= Date.now();
    });
    redis.onBack(() => this.#comeBack());
  }

  get size(): number {
    return this.#local.size;
  }

  get completeUntil(): number {
    return this.#incompleteSince ?? Number.POSITIVE_INFINITY;
  }

  publish<E>(topic: Topic<E>, event: E): void {
    this.#local.publish(topic, event);
    if (this.#redis.isAway) {
      this.#redis.stats.dropped += 1;
      this.#hasDropped = true;
    } else this.#redis.publish(this.#redis.name(topic.name), this.#redis.nodeId + this.#codec.encode(event));
  }

  async subscribe<E>(
    topic: Topic<E>,
    listener: (event: E) => void,
    onMissed?: () => void,
  ): Promise<() => void> {
    const stopLocal = await this.#local.subscribe(topic, listener);
    const joined = this.#joined.get(topic.name) ?? this.#join(topic.name);
    joined.listeners += 1;
    // A wrapper of its own per call: the same function given twice is called twice.
    const missed = onMissed && (() => onMissed());
    if (missed) this.#missedListeners.add(missed);
    await joined.isListening;
    let isStopped = false;
    return () => {
      if (isStopped) return;
      isStopped = true;
      stopLocal();
      if (missed) this.#missedListeners.delete(missed);
      joined.listeners -= 1;
      this.#lingering ??= setTimeout(() => this.#leave(), lingerMs).unref();
    };
  }

  async close(): Promise<void> {
    clearTimeout(this.#lingering);
    clearTimeout(this.#tellingMissed);
    this.#missedListeners.clear();
    await this.#local.close();
  }

  /** Topics that are asked for in one turn of the event loop are asked for in one command. */
  #join(name: string): Joined {
    if (this.#joining.length === 0) this.#isListening = Promise.resolve().then(() => this.#listen());
    this.#joining.push(name);
    const joined = { listeners: 0, isListening: this.#isListening };
    this.#joined.set(name, joined);
    return joined;
  }

  #listen(): Promise<void> {
    const names = this.#joining;
    this.#joining = [];
    const prefix = this.#redis.name('').length;
    return this.#redis.subscribe(
      names.map((name) => this.#redis.name(name)),
      (message, channel) => this.#hear(channel.slice(prefix), message),
    );
  }

  #leave(): void {
    this.#lingering = undefined;
    const left = [...this.#joined].filter(([, { listeners }]) => listeners === 0).map(([name]) => name);
    for (const name of left) this.#joined.delete(name);
    this.#redis.unsubscribe(left.map((name) => this.#redis.name(name)));
  }

  #hear(topicName: string, message: string): void {
    if (message.startsWith(this.#redis.nodeId)) return;
    try {
      this.#local.publish({ name: topicName }, this.#codec.decode(message.slice(this.#redis.nodeId.length)));
    } catch (error) {
      this.#log.error({ err: error }, 'an event of another process cannot be read');
    }
  }

  #comeBack(): void {
    const since = this.#incompleteSince ?? Date.now();
    if (this.#hasDropped) this.#redis.publish(this.#missedChannel, `${this.#redis.nodeId} ${since}`);
    this.#hasDropped = false;
    this.#tellMissed(since);
  }

  #tellMissed(since: number): void {
    this.#incompleteSince = Math.min(since, this.#incompleteSince ?? since);
    this.#tellingMissed ??= setTimeout(() => {
      this.#tellingMissed = undefined;
      for (const missed of [...this.#missedListeners]) missed();
      if (!this.#redis.isAway) this.#incompleteSince = undefined;
    }, missedTogetherMs).unref();
  }
}
