import { createHash } from 'node:crypto';
import { Binary, BSONRegExp, BSONSymbol, Code, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';
import { encodeNumber, exactBytes, isExact, writeExact } from './number-encoding.ts';
import { isNumber, toDouble } from './numbers.ts';
import { type BsonDocument, type BsonNumber, type BsonValue, isDocument } from './value.ts';

/** First byte of an encoded value, in BSON's order of types. One beyond a tag is the end of that type's values. */
export const tags = {
  minKey: 0x01,
  undefined: 0x03,
  null: 0x05,
  number: 0x10,
  string: 0x20,
  object: 0x30,
  array: 0x40,
  binary: 0x50,
  objectId: 0x60,
  boolean: 0x70,
  date: 0x80,
  timestamp: 0x88,
  regex: 0x90,
  code: 0x98,
  scopedCode: 0x9a,
  maxKey: 0xf0,
} as const;

/** An absent field: sorts and compares as null. */
export const missing = Symbol('missing');
/** What an index stores for an empty array: below null. */
export const emptyArray = Symbol('empty array');
export type IndexValue = BsonValue | typeof missing | typeof emptyArray;

/** LMDB takes 1,978 bytes; four are the tree's prefix. Longer keys keep a head that still orders them, and a hash. */
const keyBytesMax = 1_900;
export const keyHeadBytes = keyBytesMax - 32;

const fewBytes = 32;

/** Appends values so that comparing the bytes is comparing the values in BSON order. */
export class KeyWriter {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  append(value: IndexValue, isDescending = false): this {
    const start = this.#length;
    this.#value(value);
    if (isDescending) for (let i = start; i < this.#length; i++) this.#bytes[i] = ~(this.#bytes[i] ?? 0);
    return this;
  }

  appendRaw(bytes: Uint8Array): this {
    const { length } = bytes;
    this.#reserve(length);
    // Of a few bytes the call takes longer than the copying.
    if (length > fewBytes) this.#bytes.set(bytes, this.#length);
    else for (let i = 0; i < length; i++) this.#bytes[this.#length + i] = bytes[i] ?? 0;
    this.#length += length;
    return this;
  }

  get length(): number {
    return this.#length;
  }

  /** Forgets what comes after the first so many bytes. */
  cut(length: number): this {
    this.#length = length;
    return this;
  }

  /** The bytes so far. */
  copy(): Buffer {
    const bytes = Buffer.allocUnsafe(this.#length);
    this.#bytes.copy(bytes, 0, 0, this.#length);
    return bytes;
  }

  /** The bytes so far; the writer is empty afterwards. */
  take(): Buffer {
    const bytes = this.copy();
    this.#length = 0;
    return bytes;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + count));
    this.#bytes.copy(bytes, 0, 0, this.#length);
    this.#bytes = bytes;
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  #value(value: IndexValue): void {
    if (value === missing || value === null) this.#byte(tags.null);
    else if (value === undefined || value === emptyArray) this.#byte(tags.undefined);
    else if (typeof value === 'string') this.#text(tags.string, value);
    else if (value instanceof ObjectId) this.#tagged(tags.objectId, value.id);
    else if (value instanceof Date) this.#tagged(tags.date, dateBytes(value.getTime()));
    else if (value instanceof Timestamp) this.#timestamp(value);
    else if (isNumber(value)) this.#number(value);
    else if (typeof value === 'boolean') this.#tagged(tags.boolean, Uint8Array.of(value ? 1 : 0));
    else if (Array.isArray(value)) this.#array(value);
    else if (isDocument(value)) this.#object(value);
    else this.#rare(value);
  }

  #tagged(tag: number, bytes: Uint8Array): void {
    this.#byte(tag);
    this.appendRaw(bytes);
  }

  #number(value: BsonNumber): void {
    const double = toDouble(value);
    if (!isExact(value, double)) return this.#tagged(tags.number, encodeNumber(value));
    this.#byte(tags.number);
    this.#reserve(exactBytes);
    writeExact(double, this.#bytes, this.#length);
    this.#length += exactBytes;
  }

  /** Whether the text was short and of ASCII, and stands there now. */
  #plainText(text: string): boolean {
    if (text.length > fewBytes) return false;
    this.#reserve(text.length + 2);
    let at = this.#length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 0 || code > 0x7f) return false;
      this.#bytes[at++] = code;
    }
    this.#bytes[at] = 0;
    this.#bytes[at + 1] = 0;
    this.#length = at + 2;
    return true;
  }

  #text(tag: number, text: string): void {
    this.#byte(tag);
    if (this.#plainText(text)) return;
    // A zero within the text is followed by ff, the two at its end are not.
    const whole = text.includes('\0')
      ? Buffer.from(text).toString('latin1').replaceAll('\0', '\0\xff')
      : text;
    const encoding = whole === text ? 'utf8' : 'latin1';
    this.#reserve(3 * whole.length + 2);
    this.#length += this.#bytes.write(whole, this.#length, encoding);
    this.#byte(0);
    this.#byte(0);
  }

  #array(values: BsonValue[]): void {
    this.#byte(tags.array);
    for (const value of values) this.#value(value);
    this.#byte(0);
  }

  #object(document: BsonDocument): void {
    this.#byte(tags.object);
    for (const [name, value] of Object.entries(document)) {
      const tagAt = this.#length;
      this.#byte(0);
      this.#text(tags.string, name);
      const valueAt = this.#length;
      this.#value(value);
      // The value's first byte, its type, goes before the name, too: types are compared first.
      this.#bytes[tagAt] = this.#bytes[valueAt] ?? tags.null;
    }
    this.#byte(0);
  }

  #rare(value: BsonValue): void {
    if (value instanceof Binary) return this.#binary(value);
    if (value instanceof BSONSymbol) return this.#text(tags.string, value.value);
    if (value instanceof BSONRegExp) return this.#regex(value.pattern, value.options);
    if (value instanceof RegExp) return this.#regex(value.source, value.flags);
    if (value instanceof MinKey) return this.#byte(tags.minKey);
    if (value instanceof MaxKey) return this.#byte(tags.maxKey);
    if (value instanceof Code) return this.#code(value);
    throw new TypeError('A value of this type has no place in an index');
  }

  #timestamp(value: Timestamp): void {
    this.#tagged(tags.timestamp, uint64(value.getHighBitsUnsigned(), value.getLowBitsUnsigned()));
  }

  #binary(value: Binary): void {
    const head = Buffer.allocUnsafe(5);
    head.writeUInt32BE(value.length(), 0);
    head[4] = value.sub_type;
    this.#tagged(tags.binary, head);
    this.appendRaw(value.value());
  }

  #regex(pattern: string, options: string): void {
    this.#text(tags.regex, pattern);
    this.#text(tags.string, options);
  }

  #code(value: Code): void {
    this.#text(value.scope ? tags.scopedCode : tags.code, String(value.code));
    if (value.scope) this.#text(tags.string, JSON.stringify(value.scope));
  }
}

const writer = new KeyWriter();

export function encodeValue(value: IndexValue, isDescending = false): Buffer {
  return writer.append(value, isDescending).take();
}

function dateBytes(ms: number): Buffer {
  const whole = Number.isNaN(ms) ? 0 : ms;
  const high = Math.floor(whole / 2 ** 32);
  return uint64((high + 2 ** 31) >>> 0, (whole - high * 2 ** 32) >>> 0);
}

const eightBytes = Buffer.alloc(8);

/** Good until the next call. */
function uint64(high: number, low: number): Buffer {
  eightBytes.writeUInt32BE(high, 0);
  eightBytes.writeUInt32BE(low, 4);
  return eightBytes;
}

/** Whether `fitKey` had to hash the tail: such a key finds by equality, but no longer orders by its whole value. */
export function isLongKey(key: Buffer, prefixBytes = 0): boolean {
  return key.length - prefixBytes > keyBytesMax;
}

/** The key itself, or its head and a hash of all of it when LMDB could not hold it. */
export function fitKey(key: Buffer): Buffer {
  if (!isLongKey(key)) return key;
  return Buffer.concat([key.subarray(0, keyHeadBytes), createHash('sha256').update(key).digest()]);
}

/** The least key above every key that begins with these bytes; undefined when there is none. */
export function prefixEnd(prefix: Uint8Array): Buffer | undefined {
  const end = Buffer.from(prefix);
  for (let i = end.length - 1; i >= 0; i--) {
    const byte = end[i] ?? 0;
    if (byte === 0xff) continue;
    end[i] = byte + 1;
    return end.subarray(0, i + 1);
  }
  return undefined;
}
