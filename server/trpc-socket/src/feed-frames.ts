import { randomUUID } from 'node:crypto';
import type { AnyTRPCRouter } from '@trpc/server';
import type { FeedItem } from './feed.ts';
import { encodeTextFrame } from './text-frame.ts';

/**
 * The frames of the event that is being delivered. An event is transformed and stringified once, however many sockets
 * it reaches and under however many ids, and sockets that gave their subscription the same id, as clients that count
 * from 1 do, get the very same bytes. Only the latest event is remembered, by its `data`: a publisher hands one event
 * to all its subscribers before the next.
 */
export class FeedFrames {
  readonly #serialize: (value: unknown) => unknown;
  readonly #framesMax: number;
  readonly #frames = new Map<string, Buffer>();
  #data: unknown;
  #id: string | undefined;
  /** The event as it stands in its messages under `#id`; undefined when it was not encoded yet. */
  #json: string | undefined;
  #template: TrackedTemplate | undefined;

  constructor(router: AnyTRPCRouter, framesMax: number) {
    const { output } = router._def._config.transformer;
    this.#serialize = (value) => output.serialize(value);
    this.#framesMax = framesMax;
  }

  /** `prefix` is what `framePrefix` made of the subscription. */
  frameOf(item: FeedItem<unknown>, prefix: string): Buffer {
    if (item.data !== this.#data || item.id !== this.#id) this.#remember(item);
    const known = this.#frames.get(prefix);
    if (known) return known;
    this.#json ??= this.#encode(item);
    const frame = encodeTextFrame(prefix + this.#json);
    if (this.#frames.size < this.#framesMax) this.#frames.set(prefix, frame);
    return frame;
  }

  #remember({ data, id }: FeedItem<unknown>): void {
    if (data !== this.#data) this.#template = undefined;
    this.#data = data;
    this.#id = id;
    this.#json = undefined;
    this.#frames.clear();
  }

  #encode({ data, id }: FeedItem<unknown>): string {
    if (id === undefined) return `${dataField(stringify(this.#serialize(data)))}}}`;
    this.#template ??= new TrackedTemplate(data, this.#serialize);
    return `${dataField(this.#template.withId(id))},"id":${JSON.stringify(id)}}}`;
  }
}

/** No id of an event contains it, because nobody knows it. */
const placeholder = randomUUID();
const quotedPlaceholder = JSON.stringify(placeholder);

/** An event as `{ id, data }`, encoded, with the id left open, wherever the transformer puts it. */
class TrackedTemplate {
  readonly #data: unknown;
  readonly #serialize: (value: unknown) => unknown;
  readonly #pieces: readonly string[];

  constructor(data: unknown, serialize: (value: unknown) => unknown) {
    this.#data = data;
    this.#serialize = serialize;
    this.#pieces = (stringify(serialize({ id: placeholder, data })) ?? '').split(quotedPlaceholder);
  }

  withId(id: string): string | undefined {
    const [before, after] = this.#pieces;
    const isOpen = this.#pieces.length === 2 && before !== undefined && after !== undefined;
    // A transformer that does not leave strings as they are has to be asked for every id.
    if (!isOpen) return stringify(this.#serialize({ id, data: this.#data }));
    return before + JSON.stringify(id) + after;
  }
}

/** JSON.stringify has no text for what JSON has no value for, which its types do not say. */
function stringify(value: unknown): string | undefined {
  return JSON.stringify(value);
}

function dataField(json: string | undefined): string {
  return json === undefined ? '' : `,"data":${json}`;
}

/** What stands before the event in every data message of a subscription. */
export function framePrefix(id: string | number, jsonrpc: '2.0' | undefined): string {
  const version = jsonrpc ? `"jsonrpc":${JSON.stringify(jsonrpc)},` : '';
  return `{"id":${JSON.stringify(id)},${version}"result":{"type":"data"`;
}
