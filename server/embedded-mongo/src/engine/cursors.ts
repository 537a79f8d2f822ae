import { CommandError } from '../errors.ts';
import type { Deadline } from '../pace/deadline.ts';
import { ready, type Steps } from '../pace/pace.ts';

export type BatchRequest = { readonly countMax: number; readonly deadline: Deadline };
export type Batch = { readonly documents: Buffer[]; readonly isDone: boolean };

/** Where a cursor's documents come from, one batch at a time, holding nothing of the store open in between. */
export interface BatchSource {
  next(request: BatchRequest): Steps<Batch>;
}

type Cursor = { readonly ns: string; readonly source: BatchSource; usedAt: number; readonly isKept: boolean };

export const cursorIdleMsMax = 10 * 60_000;
export const cursorsMax = 10_000;

type CursorsOptions = { readonly now?: () => number };

/** The cursors clients have open. One that nobody asks for ten minutes is forgotten. */
export class Cursors {
  readonly #open = new Map<bigint, Cursor>();
  readonly #now: () => number;
  #lastId = BigInt(Date.now());

  constructor({ now = () => performance.now() }: CursorsOptions = {}) {
    this.#now = now;
  }

  get size(): number {
    return this.#open.size;
  }

  add(ns: string, source: BatchSource, { isKept = false } = {}): bigint {
    if (this.#open.size >= cursorsMax) this.sweep();
    if (this.#open.size >= cursorsMax) {
      throw new CommandError('ExceededMemoryLimit', `More than ${cursorsMax} cursors are open`);
    }
    this.#lastId += 1n;
    this.#open.set(this.#lastId, { ns, source, usedAt: this.#now(), isKept });
    return this.#lastId;
  }

  /** The next batch; a cursor that is done or fails is gone. Throws 43 for one that is not open. */
  *next(id: bigint, ns: string, request: BatchRequest): Steps<Batch> {
    const cursor = this.#open.get(id);
    if (!cursor) throw new CommandError('CursorNotFound', `cursor id ${id} not found`);
    if (cursor.ns !== ns) {
      throw new CommandError(
        'Unauthorized',
        `Requested getMore on namespace '${ns}', but cursor belongs to another`,
      );
    }
    cursor.usedAt = this.#now();
    this.#open.delete(id);
    const batch = yield* cursor.source.next(request);
    if (!batch.isDone) this.#open.set(id, cursor);
    return batch;
  }

  kill(id: bigint): boolean {
    return this.#open.delete(id);
  }

  /** Forgets the cursors of a collection that is gone. */
  killNamespace(ns: string): void {
    for (const [id, cursor] of this.#open) if (cursor.ns === ns) this.#open.delete(id);
  }

  /** Forgets the cursors that have been idle too long. */
  sweep(): void {
    const oldest = this.#now() - cursorIdleMsMax;
    for (const [id, { usedAt, isKept }] of this.#open) if (usedAt < oldest && !isKept) this.#open.delete(id);
  }
}

const batchBytesMax = 16 * 1024 * 1024;

/** Fills a batch up to the count and to 16 MiB; at least one document goes in. */
export class BatchFiller {
  readonly documents: Buffer[] = [];
  readonly #countMax: number;
  #bytes = 0;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  get isFull(): boolean {
    return this.documents.length >= this.#countMax;
  }

  /** Whether the document still fits; it is taken when it does. */
  offer(document: Buffer): boolean {
    if (this.isFull) return false;
    if (this.documents.length > 0 && this.#bytes + document.length > batchBytesMax) return false;
    this.#bytes += document.length;
    this.documents.push(document);
    return true;
  }
}

/** Documents that are all there already. */
export class BufferedSource implements BatchSource {
  readonly #documents: readonly Buffer[];
  #at = 0;

  constructor(documents: readonly Buffer[]) {
    this.#documents = documents;
  }

  next({ countMax }: BatchRequest): Steps<Batch> {
    const filler = new BatchFiller(countMax);
    for (; this.#at < this.#documents.length; this.#at++) {
      const document = this.#documents[this.#at];
      if (document && !filler.offer(document)) break;
    }
    return ready({ documents: filler.documents, isDone: this.#at >= this.#documents.length });
  }
}
