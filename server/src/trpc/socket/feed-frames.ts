import type { FeedItem } from '../../realtime/feed.ts';
import { bounds } from './bounds.ts';
import { encodeTextFrame } from './text-frame.ts';

type DeliveryCount = { deliveries: number };

/**
 * The frames of the event that is being delivered. Sockets that gave their subscription the same id, as clients
 * that count from 1 do, get the very same bytes. Only the latest event is remembered: a broker hands one event
 * to all its listeners before the next.
 */
export class FeedFrames {
  #item: FeedItem<unknown> | undefined;
  readonly #frames = new Map<string, Buffer>();
  readonly #metrics: DeliveryCount;

  constructor(metrics: DeliveryCount) {
    this.#metrics = metrics;
  }

  /** `prefix` is what `framePrefix` made of the subscription. */
  frameOf(item: FeedItem<unknown>, prefix: string): Buffer {
    this.#metrics.deliveries += 1;
    if (item !== this.#item) {
      this.#item = item;
      this.#frames.clear();
    }
    const known = this.#frames.get(prefix);
    if (known) return known;
    const suffix = item.id === undefined ? '}}' : `,"id":${JSON.stringify(item.id)}}}`;
    const frame = encodeTextFrame(prefix + item.json + suffix);
    if (this.#frames.size < bounds.framesPerEventMax) this.#frames.set(prefix, frame);
    return frame;
  }
}

/** What stands before the data in every data message of a subscription. */
export function framePrefix(id: string | number, jsonrpc: '2.0' | undefined): string {
  const version = jsonrpc ? `"jsonrpc":${JSON.stringify(jsonrpc)},` : '';
  return `{"id":${JSON.stringify(id)},${version}"result":{"type":"data","data":`;
}
