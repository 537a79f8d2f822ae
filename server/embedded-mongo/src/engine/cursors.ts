import { CommandError } from '../errors.ts';
import type { Deadline } from '../pace/deadline.ts';
import { ready, type Steps } from '../pace/pace.ts';
import { largeBytes, smallBytes, takeMemory } from './reply-memory.ts';

export type BatchRequest = {
  readonly countMax: number;
  /** Of a client that takes no second batch: this one is as large as a reply can be. */
  readonly isOnly?: boolean;
  readonly deadline: Deadline;
};
export type Batch = { readonly documents: PackedDocuments; readonly isDone: boolean };

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

const replyBytesMax = 16 * 1024 * 1024;
/** Less than MongoDB's 16 MiB, so that encoding and sending a batch does not hold the others. */
const batchBytesMax = 1024 * 1024;

/**
 * Documents as the elements of a BSON array, which a reply takes over as they are. Held one after the other, because
 * thousands of small buffers that wait for a paused command's end are what a garbage collection has to carry along.
 */
export class PackedDocuments implements Iterable<Buffer> {
  readonly #full: Buffer[] = [];
  #chunk = takeMemory(smallBytes);
  #used = 0;
  #count = 0;
  #bytes = 0;

  get count(): number {
    return this.#count;
  }

  get byteLength(): number {
    return this.#bytes;
  }

  get elements(): Buffer[] {
    return [...this.#full, this.#chunk.subarray(0, this.#used)];
  }

  add(document: Buffer): void {
    const name = `\x03${this.#count}\0`;
    const bytes = name.length + document.length;
    if (this.#used + bytes > this.#chunk.length) this.#begin(bytes);
    this.#used += this.#chunk.write(name, this.#used, 'latin1');
    this.#used += document.copy(this.#chunk, this.#used);
    this.#count += 1;
    this.#bytes += bytes;
  }

  *[Symbol.iterator](): Generator<Buffer> {
    for (const elements of this.elements) {
      for (let at = 0; at < elements.length; ) {
        const start = elements.indexOf(0, at) + 1;
        at = start + elements.readInt32LE(start);
        yield elements.subarray(start, at);
      }
    }
  }

  #begin(bytes: number): void {
    this.#full.push(this.#chunk.subarray(0, this.#used));
    this.#chunk = bytes > largeBytes ? Buffer.allocUnsafeSlow(bytes) : takeMemory(largeBytes);
    this.#used = 0;
  }
}

/** Fills a batch up to the count and to 1 MiB; at least one document goes in. */
export class BatchFiller {
  readonly documents = new PackedDocuments();
  readonly #countMax: number;
  readonly #bytesMax: number;

  constructor({ countMax, isOnly = false }: Pick<BatchRequest, 'countMax' | 'isOnly'>) {
    this.#countMax = countMax;
    this.#bytesMax = isOnly ? replyBytesMax : batchBytesMax;
  }

  get isFull(): boolean {
    return this.documents.count >= this.#countMax;
  }

  /** Whether the document still fits; it is taken when it does. */
  offer(document: Buffer): boolean {
    const { count, byteLength } = this.documents;
    if (this.isFull || (count > 0 && byteLength + document.length > this.#bytesMax)) return false;
    this.documents.add(document);
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

  next(request: BatchRequest): Steps<Batch> {
    const filler = new BatchFiller(request);
    for (; this.#at < this.#documents.length; this.#at++) {
      const document = this.#documents[this.#at];
      if (document && !filler.offer(document)) break;
    }
    return ready({ documents: filler.documents, isDone: this.#at >= this.#documents.length });
  }
}
