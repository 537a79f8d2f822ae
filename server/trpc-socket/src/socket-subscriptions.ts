import { TRPCError } from '@trpc/server';
import type { Call } from './answers.ts';
import type { RequestId } from './incoming.ts';
import type { CallScope } from './socket-calls.ts';
import { Subscription, type SubscriptionOwner } from './subscription.ts';

/**
 * The subscriptions of one socket, by the client's ids. An id is free again when its `stopped` is sent, or its
 * error when it never started.
 */
export class SocketSubscriptions implements SubscriptionOwner {
  readonly #scope: CallScope;
  readonly #byId = new Map<RequestId, Subscription>();

  constructor(scope: CallScope) {
    this.#scope = scope;
  }

  start(call: Call, batchIndex: number): void {
    const refusal = this.#findRefusal(call.id);
    if (refusal) return this.#scope.answers.fail(call, refusal);
    const subscription = new Subscription(call, this.#scope, this);
    this.#byId.set(call.id, subscription);
    void subscription.start(call, batchIndex);
  }

  /** Stopping what is not there is harmless. */
  stop(id: RequestId): void {
    this.#byId.get(id)?.stop();
  }

  /** The socket is gone: nobody waits for their ends. */
  stopAll(): void {
    const subscriptions = [...this.#byId.values()];
    this.#byId.clear();
    for (const subscription of subscriptions) subscription.stop();
  }

  forget(subscription: Subscription): boolean {
    return this.#byId.get(subscription.id) === subscription && this.#byId.delete(subscription.id);
  }

  #findRefusal(id: RequestId): TRPCError | undefined {
    const { subscriptionsMax } = this.#scope.shared.bounds;
    if (this.#byId.has(id)) {
      return new TRPCError({ code: 'BAD_REQUEST', message: 'This subscription id is in use' });
    }
    if (this.#byId.size < subscriptionsMax) return undefined;
    const message = `A connection holds at most ${subscriptionsMax} subscriptions`;
    return new TRPCError({ code: 'TOO_MANY_REQUESTS', message });
  }
}
