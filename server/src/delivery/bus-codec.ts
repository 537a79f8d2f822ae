import { transformer } from '@whisper/shared';
import type { EventPieces, EventTexts } from '@whisper/trpc-socket';
import type { FeedItem } from '@whisper/trpc-socket/feed';

type Head = { readonly id?: string; readonly audience?: readonly string[]; readonly cut?: number };

/**
 * Events as text between processes. A resumable event travels in the very text in which sockets send it, with the id left
 * open, so that it is encoded once for all processes; whatever else there is, is small and encoded plainly.
 */
export class BusCodec {
  readonly #texts: EventTexts;
  /** An event comes on several topics, one after the other: it is decoded once and stays one object. */
  #lastBody = '';
  #lastData: unknown;

  constructor(texts: EventTexts) {
    this.#texts = texts;
  }

  encode(event: unknown): string {
    const pieces = isTracked(event) ? this.#texts.of(event.data).pieces : undefined;
    if (!isTracked(event) || !pieces) return `{}\n${transformer.stringify(event)}`;
    const { id, audience } = event;
    const head: Head = { id, cut: pieces[0].length, ...(audience && { audience }) };
    return `${JSON.stringify(head)}\n${pieces[0]}${pieces[1]}`;
  }

  /** Throws on what `encode` did not make. */
  decode(text: string): unknown {
    const end = text.indexOf('\n');
    const { id, audience, cut } = JSON.parse(text.slice(0, end)) as Head;
    const body = text.slice(end + 1);
    if (id === undefined || cut === undefined) return transformer.parse(body);
    const data = this.#dataOf(body, cut);
    return { data, id, ...(audience && { audience }) } satisfies FeedItem<unknown>;
  }

  #dataOf(body: string, cut: number): unknown {
    if (body === this.#lastBody) return this.#lastData;
    const pieces: EventPieces = [body.slice(0, cut), body.slice(cut)];
    const { data } = transformer.parse<{ data: unknown }>(`${pieces[0]}""${pieces[1]}`);
    if (typeof data === 'object' && data !== null) this.#texts.remember(data, pieces);
    this.#lastBody = body;
    this.#lastData = data;
    return data;
  }
}

function isTracked(event: unknown): event is FeedItem<unknown> & { readonly id: string } {
  return (
    typeof event === 'object' &&
    event !== null &&
    'data' in event &&
    'id' in event &&
    typeof event.id === 'string'
  );
}
