import type { EventTexts } from '@whisper/trpc-socket';
import type { Logger } from '../platform/logger.ts';
import type { Redis } from '../platform/redis.ts';
import type { Broker, Topic } from './broker.ts';
import { MemoryBroker } from './broker.memory.ts';
import { createGatherer } from '../platform/gather.ts';
import { BusCodec } from './bus-codec.ts';

type Deps = { readonly redis: Redis; readonly texts: EventTexts; readonly log: Logger };

type Joined = {
  listeners: number;
  /** Resolves when the bus is listened to; never rejects. */
  isListening: Promise<void> | undefined;
};

/** A topic that nobody listens to any more is kept for a moment: clients come back. */
const lingerMs = 1_000;

/** So many subscribers' topics are listened to with one command. */
const togetherMax = 100;

/** Several processes notice one trouble, each in its time: feeds read once for all of them. */
const missedTogetherMs = 200;

const missedChannelOf = (redis: Pick<Redis, 'name'>) => redis.name('missed');

/** Tells all processes, this one too, that events since a moment may be missing: of a process that died before it told them. */
export function tellMissed(redis: Pick<Redis, 'name' | 'publish'>, since: number): void {
  redis.publish(missedChannelOf(redis), ` ${since}`);
}

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
  readonly #listen = createGatherer(
    (asked: readonly (readonly string[])[]) => this.#listenTo(asked.flat()),
    togetherMax,
  );
  #lingering: NodeJS.Timeout | undefined;
  #tellingMissed: NodeJS.Timeout | undefined;
  #incompleteSince: number | undefined;
  #hasDropped = false;

  constructor({ redis, texts, log }: Deps) {
    this.#redis = redis;
    this.#log = log;
    this.#codec = new BusCodec(texts);
    this.#missedChannel = missedChannelOf(redis);
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
    this.publishAll([topic], event);
  }

  publishAll<E>(topics: readonly Topic<E>[], event: E): void {
    this.#local.publishAll(topics, event);
    const channels = topics.map(({ name }) => this.#redis.name(name));
    if (this.#redis.isAway) {
      this.#redis.stats.dropped += topics.length;
      this.#hasDropped = true;
    } else this.#redis.publishAll(channels, this.#redis.nodeId + this.#codec.encode(event));
  }

  async subscribe<E>(
    topic: Topic<E>,
    listener: (event: E) => void,
    onMissed?: () => void,
  ): Promise<() => void> {
    const stop = await this.subscribeAll([topic], listener);
    // A wrapper of its own per call: the same function given twice is called twice.
    const missed = onMissed && (() => onMissed());
    if (missed) this.#missedListeners.add(missed);
    return () => {
      if (missed) this.#missedListeners.delete(missed);
      stop();
    };
  }

  async subscribeAll<E>(topics: readonly Topic<E>[], listener: (event: E) => void): Promise<() => void> {
    const stopLocal = await this.#local.subscribeAll(topics, listener);
    const joined = this.#join(topics.map(({ name }) => name));
    for (const isListening of new Set(joined.map((each) => each.isListening))) await isListening;
    let isStopped = false;
    return () => {
      if (isStopped) return;
      isStopped = true;
      stopLocal();
      for (const each of joined) each.listeners -= 1;
      this.#lingering ??= setTimeout(() => this.#leave(), lingerMs).unref();
    };
  }

  async close(): Promise<void> {
    clearTimeout(this.#lingering);
    clearTimeout(this.#tellingMissed);
    this.#missedListeners.clear();
    await this.#local.close();
  }

  #join(names: readonly string[]): Joined[] {
    const fresh: string[] = [];
    const joined = names.map((name) => {
      const entry = this.#joined.get(name) ?? { listeners: 0, isListening: undefined };
      if (entry.listeners === 0 && !entry.isListening) {
        this.#joined.set(name, entry);
        fresh.push(name);
      }
      entry.listeners += 1;
      return entry;
    });
    const isListening = fresh.length > 0 ? this.#listen(fresh) : undefined;
    for (const entry of joined) entry.isListening ??= isListening;
    return joined;
  }

  async #listenTo(names: readonly string[]): Promise<() => void> {
    const prefix = this.#redis.name('').length;
    // Whoever wanted one of them may have gone while it waited.
    const wanted = names.filter((name) => this.#joined.has(name));
    await this.#redis.subscribe(
      wanted.map((name) => this.#redis.name(name)),
      (message, channel) => this.#hear(channel.slice(prefix), message),
    );
    return () => undefined;
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
