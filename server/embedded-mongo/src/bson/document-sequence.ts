/** Values whose number is known before the first of them is made. */
export type Counted<T> = Iterable<T> & { readonly length: number };

export function mapCounted<T, U>(values: Counted<T>, map: (value: T) => U): Counted<U> {
  return {
    length: values.length,
    *[Symbol.iterator]() {
      for (const value of values) yield map(value);
    },
  };
}

/** Encoded documents, one after the other in one piece of memory. A hundred thousand buffers would take long to make. */
export class DocumentSequence implements Counted<Buffer> {
  readonly length: number;
  readonly #bytes: Buffer;

  /** The bytes have to be that many whole documents. */
  constructor(bytes: Buffer, length: number) {
    this.#bytes = bytes;
    this.length = length;
  }

  *[Symbol.iterator](): Generator<Buffer> {
    const bytes = this.#bytes;
    for (let at = 0; at < bytes.length; ) {
      const end = at + bytes.readInt32LE(at);
      yield bytes.subarray(at, end);
      at = end;
    }
  }
}
