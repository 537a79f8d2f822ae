import { stringify, type EventText, type EventTexts } from './event-texts.ts';
import type { FeedItem } from './feed.ts';
import { encodeTextFrame } from './text-frame.ts';

/**
 * The frames of the event that is being delivered. An event is transformed and stringified once, however many sockets
 * it reaches and under however many ids, and sockets that gave their subscription the same id, as clients that count
 * from 1 do, get the very same bytes. Only the latest event is remembered, by its `data`: a publisher hands one event
 * to all its subscribers before the next.
 */
export class FeedFrames {
  readonly #texts: EventTexts;
  readonly #framesMax: number;
  readonly #frames = new Map<string, Buffer>();
  #data: unknown;
  #id: string | undefined;
  /** The event as it stands in its messages under `#id`; undefined when it was not encoded yet. */
  #json: string | undefined;
  #text: EventText | undefined;

  constructor(texts: EventTexts, framesMax: number) {
    this.#texts = texts;
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
    if (data !== this.#data) this.#text = undefined;
    this.#data = data;
    this.#id = id;
    this.#json = undefined;
    this.#frames.clear();
  }

  #encode({ data, id }: FeedItem<unknown>): string {
    if (id === undefined) return `${dataField(stringify(this.#texts.serialize(data)))}}}`;
    this.#text ??= this.#texts.of(data);
    return `${dataField(this.#text.withId(id))},"id":${JSON.stringify(id)}}}`;
  }
}

/** The field that holds it, behind another one. */
export function dataField(json: string | undefined): string {
  return json === undefined ? '' : `,"data":${json}`;
}

/** What stands before the event in every data message of a subscription. */
export function framePrefix(id: string | number, jsonrpc: '2.0' | undefined): string {
  const version = jsonrpc ? `"jsonrpc":${JSON.stringify(jsonrpc)},` : '';
  return `{"id":${JSON.stringify(id)},${version}"result":{"type":"data"`;
}
