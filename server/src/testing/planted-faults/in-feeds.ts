import type { FeedItem } from '@whisper/trpc-socket/feed';
import { Subscription } from '@whisper/trpc-socket/testing';

/** Which deliveries are at fault: every so many events, or changes of messages, and how often each leaves. */
type Fault = { readonly of: 'events' | 'changes'; readonly every: number; readonly leaves: 0 | 2 };

/**
 * Makes deliveries in the streams of single chats go wrong, where nothing repairs it, on every server of this process.
 * Disposing ends that.
 */
export function plantInFeeds({ of, every, leaves }: Fault): Disposable {
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
  const push = Subscription.prototype.push;
  let count = 0;
  Subscription.prototype.push = function pushMostly(item) {
    const isMeant = isOfOneChat(item) && (of === 'events' || isChange(item.data));
    if (isMeant) count += 1;
    if (!isMeant || count % every !== 0) return push.call(this, item);
    if (leaves === 0) return true;
    push.call(this, item);
    return push.call(this, item);
  };
  return {
    [Symbol.dispose]: () => {
      Subscription.prototype.push = push;
    },
  };
}

function isOfOneChat({ id }: FeedItem<unknown>): boolean {
  return id !== undefined && !id.startsWith('t:');
}

function isChange(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === 'updated';
}
