import { randomUUID } from 'node:crypto';

/** No id of an event contains it, because nobody knows it. */
const placeholder = randomUUID();
const quotedPlaceholder = JSON.stringify(placeholder);

/** What stands before an event's id, and after it, in its text. */
export type EventPieces = readonly [before: string, after: string];

/**
 * Events as `{ id, data }`, encoded, with the id left open, wherever the transformer puts it. An event has one text for as
 * long as it lives, under however many ids; one that came from another process may bring it along.
 */
export class EventTexts {
  readonly serialize: (value: unknown) => unknown;
  readonly #known = new WeakMap<object, EventText>();

  constructor(serialize: (value: unknown) => unknown) {
    this.serialize = serialize;
  }

  of(data: unknown): EventText {
    if (typeof data !== 'object' || data === null) return this.#encode(data);
    const known = this.#known.get(data);
    if (known) return known;
    const text = this.#encode(data);
    this.#known.set(data, text);
    return text;
  }

  /** The event was encoded elsewhere, by the same transformer. */
  remember(data: object, pieces: EventPieces): void {
    this.#known.set(data, new EventText(data, this.serialize, pieces));
  }

  #encode(data: unknown): EventText {
    const pieces = (stringify(this.serialize({ id: placeholder, data })) ?? '').split(quotedPlaceholder);
    const [before, after] = pieces;
    const isOpen = pieces.length === 2 && before !== undefined && after !== undefined;
    return new EventText(data, this.serialize, isOpen ? [before, after] : undefined);
  }
}

export class EventText {
  readonly #data: unknown;
  readonly #serialize: (value: unknown) => unknown;
  /** Undefined for a transformer that does not leave strings as they are: it has to be asked for every id. */
  readonly pieces: EventPieces | undefined;

  constructor(data: unknown, serialize: (value: unknown) => unknown, pieces: EventPieces | undefined) {
    this.#data = data;
    this.#serialize = serialize;
    this.pieces = pieces;
  }

  withId(id: string): string | undefined {
    if (!this.pieces) return stringify(this.#serialize({ id, data: this.#data }));
    return this.pieces[0] + JSON.stringify(id) + this.pieces[1];
  }
}

/** JSON.stringify has no text for what JSON has no value for, which its types do not say. */
export function stringify(value: unknown): string | undefined {
  return JSON.stringify(value);
}
