import { AwsClient } from 'aws4fetch';
import { Readable, type Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { ByteRange, FileStorage } from './storage.ts';

export type S3Options = {
  /** Of the bucket, without a slash at the end. */
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
};

/** Bytes of one object. As much is held in memory for each upload. */
const pieceBytesMax = 4 * 1024 * 1024;

/** Digits of a piece's place: their order is that of their names. */
const placeDigits = 15;

type Piece = { readonly name: string; readonly start: number; readonly size: number };

/**
 * Objects of an S3-compatible storage. A file is a row of them, each named by the place of its first byte: what has arrived is
 * what is listed without a gap, whichever process wrote it. It needs no more of the storage than to put, get, list and delete;
 * uploads in parts would have to be found again by listing them, which not every storage can.
 */
export class S3Storage implements FileStorage {
  readonly #url: string;
  readonly #client: AwsClient;

  constructor({ url, region, accessKeyId, secretAccessKey }: S3Options) {
    this.#url = url;
    this.#client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 2 });
  }

  async sizeOf(key: string): Promise<number> {
    return sizeOf(await this.#list(key));
  }

  async append(key: string, offset: number, bytes: Readable): Promise<number> {
    const known = await this.#list(key);
    // Of a piece that the offset lies in, what comes before it is written again with what follows.
    const cut = known.find(({ start, size }) => start < offset && start + size > offset);
    for (const { name, start } of known) if (start >= offset) await this.#remove(name);
    let waiting: Buffer[] = cut
      ? [await this.#readPiece(cut, { start: 0, end: offset - cut.start - 1 })]
      : [];
    let waitingBytes = waiting[0]?.length ?? 0;
    let place = cut?.start ?? offset;
    const put = async () => {
      if (waitingBytes === 0) return;
      await this.#put(nameOf(key, place), Buffer.concat(waiting, waitingBytes));
      place += waitingBytes;
      [waiting, waitingBytes] = [[], 0];
    };
    try {
      for await (const chunk of bytes) {
        const buffer: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
        waiting.push(buffer);
        waitingBytes += buffer.length;
        if (waitingBytes >= pieceBytesMax) await put();
      }
    } finally {
      // A connection that breaks is no reason to lose what it brought.
      await put();
    }
    return place;
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const pieces = await this.#list(key);
    if (pieces.length === 0) throw new Error(`There is nothing under ${key}`);
    const { start, end } = range ?? { start: 0, end: sizeOf(pieces) - 1 };
    const wanted = pieces.filter((piece) => piece.start <= end && piece.start + piece.size > start);
    return Readable.from(this.#readPieces(wanted, { start, end }), { objectMode: false });
  }

  async send(key: string, range: ByteRange, to: Writable): Promise<void> {
    await pipeline(await this.read(key, range), to);
  }

  async remove(key: string): Promise<void> {
    for (const { name } of await this.#list(key)) await this.#remove(name);
  }

  async *#readPieces(pieces: readonly Piece[], { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) {
      const from = Math.max(0, start - piece.start);
      const to = Math.min(piece.size - 1, end - piece.start);
      const { body } = await this.#fetch(piece.name, { headers: { range: `bytes=${from}-${to}` } });
      if (body) yield* first(body, to - from + 1);
    }
  }

  async #readPiece(piece: Piece, { start, end }: ByteRange): Promise<Buffer> {
    return buffer(this.#readPieces([piece], { start: piece.start + start, end: piece.start + end }));
  }

  async #put(name: string, body: Buffer): Promise<void> {
    await this.#fetch(name, { method: 'PUT', body });
  }

  async #remove(name: string): Promise<void> {
    await this.#fetch(name, { method: 'DELETE' });
  }

  /** The pieces of a file in their order, as far as there is no gap. */
  async #list(key: string): Promise<Piece[]> {
    const pieces: Piece[] = [];
    for (let after = ''; ; ) {
      const query = new URLSearchParams({ 'list-type': '2', prefix: `${key}/`, 'start-after': after });
      const text = await (await this.#fetch(`?${query.toString()}`, {})).text();
      const page = [...text.matchAll(/<Contents>([\s\S]*?)<\/Contents>/g)].flatMap(([, entry = '']) =>
        toPiece(entry),
      );
      pieces.push(...page);
      after = page.at(-1)?.name ?? '';
      if (!/<IsTruncated>true<\/IsTruncated>/.test(text) || after === '') return untilGap(pieces);
    }
  }

  async #fetch(name: string, init: RequestInit): Promise<Response> {
    const response = await this.#client.fetch(`${this.#url}/${name}`, init);
    if (response.ok) return response;
    await response.body?.cancel();
    throw new Error(`The storage of files answered ${response.status} to ${init.method ?? 'GET'}`);
  }
}

/** Not every storage keeps to the end of a range. */
async function* first(bytes: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const chunk of bytes) {
    yield chunk.length > left ? chunk.subarray(0, left) : chunk;
    left -= chunk.length;
    if (left <= 0) return;
  }
}

function nameOf(key: string, place: number): string {
  return `${key}/${String(place).padStart(placeDigits, '0')}`;
}

/** Our keys hold nothing that XML would write differently. */
function toPiece(entry: string): Piece[] {
  const name = /<Key>([\w./]+)<\/Key>/.exec(entry)?.[1];
  const size = /<Size>(\d+)<\/Size>/.exec(entry)?.[1];
  return name && size ? [{ name, start: Number(name.slice(-placeDigits)), size: Number(size) }] : [];
}

function untilGap(pieces: readonly Piece[]): Piece[] {
  let end = 0;
  const gap = pieces.findIndex(({ start, size }) => {
    const isNext = start === end;
    end += size;
    return !isNext;
  });
  return pieces.slice(0, gap === -1 ? pieces.length : gap);
}

function sizeOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { size }) => sum + size, 0);
}
