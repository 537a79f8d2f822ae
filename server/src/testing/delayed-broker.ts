import { setImmediate } from 'node:timers/promises';
import type { Broker, Topic } from '../delivery/broker.ts';
import { MemoryBroker } from '../delivery/broker.memory.ts';

/** A broker that takes its time, as one between processes does: to subscribe, and to deliver. */
export class DelayedBroker implements Broker {
  readonly #inner = new MemoryBroker();
  readonly isShared = false;
  readonly completeUntil = Number.POSITIVE_INFINITY;
  #delivered: Promise<void> = Promise.resolve();

  get size(): number {
    return this.#inner.size;
  }

  publish<E>(topic: Topic<E>, event: E): void {
    this.#delivered = this.#delivered
      .then(() => setImmediate())
      .then(() => this.#inner.publish(topic, event));
  }

  publishAll<E>(topics: readonly Topic<E>[], event: E): void {
    for (const topic of topics) this.publish(topic, event);
  }

  subscribe<E>(topic: Topic<E>, listener: (event: E) => void): Promise<() => void> {
    return this.subscribeAll([topic], listener);
  }

  async subscribeAll<E>(topics: readonly Topic<E>[], listener: (event: E) => void): Promise<() => void> {
    await setImmediate();
    const stop = await this.#inner.subscribeAll(topics, listener);
    await setImmediate();
    return stop;
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
