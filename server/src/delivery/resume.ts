import type { UserId } from '@whisper/shared';
import {
  toFeed,
  toTrackedFeed,
  type Feed,
  type FeedItem,
  type FeedSink,
  type TrackedFeed,
} from '@whisper/trpc-socket/feed';
import type { FairGate } from '../platform/fair-gate.ts';

/**
 * What one subscription knows of its place in a stream. A source belongs to one subscriber and is told of every
 * item in order, so it can say what is new, what was sent already and where something is missing.
 */
export interface FeedSource<E> {
  /**
   * Resolves when it listens to what happens from now on; reading waits for that. `onMissed`: something may have been lost
   * since, and is read again.
   */
  subscribe(listener: (item: FeedItem<E>) => void, onMissed: () => void): Promise<() => void>;
  /**
   * Reads, in bounded pages, what the subscriber has not got yet, and counts it as sent. Called at the start and
   * after every gap; throws when the subscriber may not read on.
   */
  catchUp(): AsyncIterable<readonly FeedItem<E>[]>;
  /** Decides on one live item and, when it says `send`, counts it as sent. */
  admit(item: FeedItem<E>): Admission;
}

/** `gap`: something before this item is missing, catch up first. `end`: this subscriber may not go on. */
export type Admission = 'send' | 'skip' | 'gap' | 'end';

/** Runs a read when it is the subscriber's turn. */
export type InTurn = <T>(read: () => Promise<T>) => Promise<T>;

/** A person has a bounded number of subscriptions, and each reads one thing at a time: none is refused its turn. */
export function inTurnOf(streams: Pick<FairGate, 'run'>, userId: UserId): InTurn {
  return (read) => streams.run(userId, read, { isPatient: true });
}

const atOnce: InTurn = (read) => read();

/** A feed whose every item has an id; the source is made anew for each subscriber, and each of its pages read `inTurn`. */
export function createTrackedFeed<E>(makeSource: () => FeedSource<E>, inTurn?: InTurn): TrackedFeed<E> {
  return toTrackedFeed((sink) => openSource(makeSource(), sink, inTurn));
}

/** A feed of things that are not worth replaying, such as typing and presence. */
export function createEphemeralFeed<E>(makeSource: () => FeedSource<E>): Feed<E> {
  return toFeed((sink) => openSource(makeSource(), sink));
}

/** Live items held back while catching up; more than this are dropped and read again from the source. */
const heldBackMax = 1_000;

/**
 * The one place where replay meets live: subscribe first, then read, then follow, dropping what was already
 * sent. A sink that stops taking items is not queued for: the feed forgets live items until the sink is ready
 * and catches up from where it stopped, so a slow reader costs no memory and loses nothing.
 */
export function openSource<E>(source: FeedSource<E>, sink: FeedSink<E>, inTurn = atOnce): () => void {
  return new OpenSource(source, sink, inTurn).start();
}

class OpenSource<E> {
  readonly #source: FeedSource<E>;
  readonly #sink: FeedSink<E>;
  readonly #inTurn: InTurn;
  #unsubscribe: () => void = () => undefined;
  #heldBack: FeedItem<E>[] = [];
  #isLive = false;
  #isStopped = false;
  #hasOverflowed = false;

  constructor(source: FeedSource<E>, sink: FeedSink<E>, inTurn: InTurn) {
    this.#source = source;
    this.#sink = sink;
    this.#inTurn = inTurn;
  }

  start(): () => void {
    void this.#listen();
    return () => this.#stop();
  }

  /** Never rejects: a failure ends the feed through its sink. */
  async #listen(): Promise<void> {
    try {
      const unsubscribe = await this.#source.subscribe(
        (item) => this.#receive(item),
        () => this.#readAgain(),
      );
      if (this.#isStopped) return unsubscribe();
      this.#unsubscribe = unsubscribe;
    } catch (error) {
      return this.#fail(error);
    }
    await this.#catchUp();
  }

  #stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#heldBack = [];
    this.#unsubscribe();
  }

  #receive(item: FeedItem<E>): void {
    if (this.#isStopped) return;
    if (this.#isLive) return this.#deliver(item);
    if (this.#heldBack.length < heldBackMax) this.#heldBack.push(item);
    else this.#hasOverflowed = true;
  }

  #readAgain(): void {
    if (this.#isStopped) return;
    if (!this.#isLive) {
      this.#hasOverflowed = true;
      return;
    }
    this.#isLive = false;
    void this.#catchUp();
  }

  #deliver(item: FeedItem<E>): void {
    const wantsMore = this.#offer(item);
    if (wantsMore || this.#isStopped) return;
    this.#isLive = false;
    void this.#catchUp();
  }

  /** False when live delivery cannot go on after this item. */
  #offer(item: FeedItem<E>): boolean {
    const admission = this.#source.admit(item);
    if (admission === 'skip') return true;
    if (admission === 'gap') return false;
    if (admission === 'send') return this.#sink.push(item);
    this.#stop();
    this.#sink.end();
    return false;
  }

  /** Never rejects: a failure ends the feed through its sink. */
  async #catchUp(): Promise<void> {
    try {
      while (!this.#isStopped && !this.#isLive) {
        await this.#sink.ready();
        if (!this.#isStopped) await this.#readMissed();
        this.#goLive();
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#isStopped) return;
    this.#stop();
    this.#sink.fail(error);
  }

  async #readMissed(): Promise<void> {
    this.#heldBack = [];
    this.#hasOverflowed = false;
    const pages = this.#source.catchUp()[Symbol.asyncIterator]();
    for (;;) {
      const page = await this.#inTurn(() => pages.next());
      if (page.done) return;
      for (const item of page.value) this.#sink.push(item);
      await this.#sink.ready();
      if (this.#isStopped) return void (await pages.return?.());
    }
  }

  /** Synchronous from here to the last held-back item, so that nothing can slip between replay and live. */
  #goLive(): void {
    if (this.#isStopped || this.#hasOverflowed) return;
    const held = this.#heldBack;
    this.#heldBack = [];
    this.#isLive = held.every((item) => this.#isStopped || this.#offer(item));
  }
}
