import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './logger.ts';
import type { RedisAddress } from './redis-address.ts';
import { createRedisClient, type RedisClient } from './redis-client.ts';

type Options = {
  readonly address: RedisAddress;
  readonly log: Logger;
  /** Stands before every key and channel: those of one Whisper, which others on the same Redis do not meet. */
  readonly namespace: string;
  /** How long to wait for Redis before going on without it; 3 s unless given. */
  readonly patienceMs?: number;
};

type Hear = (message: string, channel: string) => void;

/** A script's answer that takes longer counts as none. */
const answerTimeoutMs = 1_000;
/** A busy process hears its own message late: that is no reason to believe that Redis is away. */
const probeTimeoutMs = 2_000;

/** How often it is asked whether what is published still comes back. */
const probeEveryMs = 1_000;
/** Without an answer for so long the connection is given up, whatever the socket says. */
const givenUpAfterMs = 6_000;

/** Names in one SSUBSCRIBE; in a cluster each has a place of its own. */
const channelsPerCommandMax = 500;

/** From so many channels on a script that tells them all is cheaper than a command for each. */
const togetherMin = 3;
const publishScript = `for i, channel in ipairs(KEYS) do redis.call('spublish', channel, ARGV[1]) end`;

const patienceDefaultMs = 3_000;

/**
 * One connection to Redis, for scripts and for sharded publish and subscribe. It never throws for Redis being away:
 * `isAway` says so, scripts reject at once, and what is published meanwhile is lost and counted. Whether it is there is
 * found out by a message to itself every second, which proves both directions, and how long it took.
 */
export class Redis {
  readonly nodeId = randomUUID().slice(0, 8);
  readonly stats = { lagMs: 0, reconnects: 0, published: 0, dropped: 0 };
  readonly #options: Options;
  readonly #channels = new Map<string, Hear>();
  /** What the connection listens to; what it was not told while it was in doubt it is told before it counts as back. */
  readonly #listening = new Set<string>();
  readonly #probeChannel: string;
  readonly #listeners = { away: new Set<() => void>(), back: new Set<() => void>() };
  readonly #onMessage = (message: string, channel: string) => this.#channels.get(channel)?.(message, channel);
  #client: RedisClient | undefined;
  #isAway = true;
  #isClosed = false;
  #wasThere = false;
  #lastSeenAt = 0;
  #probing: { readonly id: string; readonly at: number; heard: () => void } | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Set by every trouble since the last probe began: an answer to that one does not prove that nothing was lost. */
  #isInDoubt = false;

  private constructor(options: Options) {
    this.#options = options;
    this.#probeChannel = this.name(`node:${this.nodeId}`);
    this.#channels.set(this.#probeChannel, (id) => this.#probing?.id === id && this.#probing.heard());
  }

  /** Resolves when Redis answers, or after some seconds without it: the process works alone then, and goes on trying. */
  static async open(options: Options): Promise<Redis> {
    const redis = new Redis(options);
    redis.#connect();
    const deadline = Date.now() + (options.patienceMs ?? patienceDefaultMs);
    while (redis.#isAway && Date.now() < deadline) await delay(20);
    if (redis.#isAway) options.log.error('Redis does not answer: this process works without the others');
    return redis;
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  name(key: string): string {
    return `${this.#options.namespace}:${key}`;
  }

  /** The connection is in doubt: what is published from now on may be lost. */
  onAway(listener: () => void): void {
    this.#listeners.away.add(listener);
  }

  /** Messages come and go again, every channel included; between this and `onAway` any may have been lost. */
  onBack(listener: () => void): void {
    this.#listeners.back.add(listener);
  }

  /** Runs a script, whose keys are in one place. Rejects when Redis is away or takes too long. */
  async eval(script: string, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    if (this.#isAway || !this.#client) throw new Error('Redis is away');
    return withTimeout(
      this.#client.eval(script, { keys: [...keys], arguments: args.map(String) }),
      answerTimeoutMs,
    );
  }

  /** False when it is known to be lost. */
  publish(channel: string, message: string): boolean {
    return this.publishAll([channel], message);
  }

  /** The same on several channels: it travels once where they are all in one place. */
  publishAll(channels: readonly string[], message: string): boolean {
    if (this.#isAway || !this.#client) {
      this.stats.dropped += channels.length;
      return false;
    }
    this.stats.published += channels.length;
    this.#send(this.#client, channels, message).catch(() => {
      this.stats.dropped += channels.length;
      this.#doubt();
    });
    return true;
  }

  #send(client: RedisClient, channels: readonly string[], message: string): Promise<unknown> {
    const isTogether = channels.length >= togetherMin && this.#options.address.kind !== 'cluster';
    if (isTogether) return client.eval(publishScript, { keys: [...channels], arguments: [message] });
    return Promise.all(channels.map((channel) => client.sPublish(channel, message)));
  }

  /** Resolves when it is listening, or at once when Redis is away: then it is as soon as Redis is back. */
  async subscribe(channels: readonly string[], hear: Hear): Promise<void> {
    for (const channel of channels) this.#channels.set(channel, hear);
    if (this.#isAway || !this.#client) return;
    try {
      await withTimeout(this.#listen(this.#client, channels), probeTimeoutMs);
    } catch {
      this.#doubt();
    }
  }

  unsubscribe(channels: readonly string[]): void {
    for (const channel of channels) this.#channels.delete(channel);
    if (this.#isAway || !this.#client) return;
    this.#leave(this.#client, channels).catch(() => this.#doubt());
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#isAway = true;
    clearTimeout(this.#timer);
    this.#drop();
    return Promise.resolve();
  }

  #connect(): void {
    const client = createRedisClient(this.#options.address);
    this.#client = client;
    const isMine = () => this.#client === client && !this.#isClosed;
    for (const event of [
      'error',
      'end',
      'reconnecting',
      'node-error',
      'node-disconnect',
      'node-reconnecting',
    ]) {
      client.on(event, () => isMine() && this.#doubt());
    }
    this.#lastSeenAt = Date.now();
    client
      .connect()
      .then(() => this.#listen(client, [...this.#channels.keys()]))
      .catch((error: unknown) => {
        if (isMine()) this.#options.log.debug({ err: error }, 'no Redis yet');
      });
    this.#schedule(10);
  }

  async #listen(client: RedisClient, channels: readonly string[]): Promise<void> {
    await Promise.all(
      this.#groups(channels).map(async (group) => {
        await client.sSubscribe(group, this.#onMessage);
        for (const channel of group) this.#listening.add(channel);
      }),
    );
  }

  async #leave(client: RedisClient, channels: readonly string[]): Promise<void> {
    await Promise.all(
      this.#groups(channels).map(async (group) => {
        await client.sUnsubscribe(group, this.#onMessage);
        for (const channel of group) this.#listening.delete(channel);
      }),
    );
  }

  /** Until the connection listens to exactly what is wanted. */
  async #catchUp(client: RedisClient): Promise<void> {
    for (;;) {
      const missing = [...this.#channels.keys()].filter((channel) => !this.#listening.has(channel));
      const left = [...this.#listening].filter((channel) => !this.#channels.has(channel));
      if (missing.length === 0 && left.length === 0) return;
      await Promise.all([this.#listen(client, missing), this.#leave(client, left)]);
    }
  }

  #groups(channels: readonly string[]): string[][] {
    const size = this.#options.address.kind === 'cluster' ? 1 : channelsPerCommandMax;
    const groups: string[][] = [];
    for (let start = 0; start < channels.length; start += size)
      groups.push(channels.slice(start, start + size));
    return groups;
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#probe(), delayMs);
    this.#timer.unref();
  }

  /** Never rejects. */
  async #probe(): Promise<void> {
    this.#isInDoubt = false;
    const at = Date.now();
    try {
      await withTimeout(this.#hearMyself(at), probeTimeoutMs);
      this.#lastSeenAt = Date.now();
      if (this.#isAway && this.#client) await withTimeout(this.#catchUp(this.#client), probeTimeoutMs);
      this.stats.lagMs = this.#lastSeenAt - at;
      if (!this.#isInDoubt) this.#comeBack();
    } catch {
      this.#doubt();
      if (Date.now() - this.#lastSeenAt > givenUpAfterMs) return this.#startAnew();
    }
    this.#schedule(this.#isAway ? 100 : probeEveryMs);
  }

  async #hearMyself(at: number): Promise<void> {
    const id = randomUUID();
    const heard = new Promise<void>((resolve) => {
      this.#probing = { id, at, heard: resolve };
    });
    await this.#client?.sPublish(this.#probeChannel, id);
    await heard;
  }

  #startAnew(): void {
    this.#drop();
    this.#connect();
  }

  #drop(): void {
    const client = this.#client;
    this.#client = undefined;
    this.#listening.clear();
    try {
      client?.destroy();
    } catch {
      // It was never open.
    }
  }

  #doubt(): void {
    this.#isInDoubt = true;
    if (this.#isAway || this.#isClosed) return;
    this.#isAway = true;
    this.#options.log.warn('Redis does not answer: this process goes on without the others');
    for (const listener of this.#listeners.away) listener();
    this.#schedule(100);
  }

  #comeBack(): void {
    if (!this.#isAway || this.#isClosed) return;
    this.#isAway = false;
    if (this.#wasThere) {
      this.stats.reconnects += 1;
      this.#options.log.info('Redis answers again');
    }
    this.#wasThere = true;
    for (const listener of this.#listeners.back) listener();
  }
}

async function withTimeout<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('Redis takes too long')), timeoutMs);
  });
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
