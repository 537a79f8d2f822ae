import { Long } from 'bson';
import { type BsonDocument, encodeDocument } from '../bson/value.ts';

/** A reply already in BSON. */
export class EncodedReply {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

export type Reply = BsonDocument | EncodedReply;

export function encodeReply(reply: Reply): Buffer {
  return reply instanceof EncodedReply ? reply.bytes : encodeDocument(reply);
}

/** The same reply with more fields at its end. */
export function extendReply(reply: Reply, extra: BsonDocument): Reply {
  if (!(reply instanceof EncodedReply)) return { ...reply, ...extra };
  const fields = reply.bytes.subarray(4, -1);
  const more = encodeDocument(extra).subarray(4);
  return new EncodedReply(Buffer.concat([int32(4 + fields.length + more.length), fields, more]));
}

export type CursorBatch = {
  readonly ns: string;
  readonly id: bigint;
  readonly batchName: 'firstBatch' | 'nextBatch';
  readonly documents: readonly Buffer[];
};

/** A cursor reply that carries the documents' stored bytes as they are. */
export function cursorReply(
  { ns, id, batchName, documents }: CursorBatch,
  extra: BsonDocument = {},
): EncodedReply {
  const names = documents.map((_, i) => element(0x03, String(i)));
  const batchBytes = documents.reduce(
    (sum, document, i) => sum + document.length + (names[i]?.length ?? 0),
    5,
  );
  const cursorName = element(0x03, 'cursor');
  const batch = element(0x04, batchName);
  const tail = encodeDocument({ id: Long.fromBigInt(id), ns }).subarray(4);
  const end = encodeDocument({ ...extra, ok: 1 }).subarray(4);
  const cursorBytes = 4 + batch.length + batchBytes + tail.length;
  const total = 4 + cursorName.length + cursorBytes + end.length;
  const parts = [int32(total), cursorName, int32(cursorBytes), batch, int32(batchBytes)];
  documents.forEach((document, i) => parts.push(names[i] ?? document, document));
  parts.push(Buffer.alloc(1), tail, end);
  return new EncodedReply(Buffer.concat(parts, total));
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32LE(value, 0);
  return bytes;
}

function element(type: number, name: string): Buffer {
  return Buffer.from(`${String.fromCharCode(type)}${name}\0`, 'latin1');
}
