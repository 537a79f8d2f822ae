import { Long } from 'bson';
import { type BsonDocument, encodeDocument } from '../bson/value.ts';
import type { PackedDocuments } from '../engine/cursors.ts';

/** A reply already in BSON, in parts that follow each other. */
export class EncodedReply {
  readonly parts: readonly Buffer[];

  constructor(parts: readonly Buffer[]) {
    this.parts = parts;
  }
}

export type Reply = BsonDocument | EncodedReply;

export function encodeReply(reply: Reply): readonly Buffer[] {
  return reply instanceof EncodedReply ? reply.parts : [encodeDocument(reply)];
}

/** The same reply with more fields at its end. */
export function extendReply(reply: Reply, extra: BsonDocument): Reply {
  if (!(reply instanceof EncodedReply)) return { ...reply, ...extra };
  const fields = Buffer.concat(reply.parts).subarray(4, -1);
  const more = encodeDocument(extra).subarray(4);
  return new EncodedReply([int32(4 + fields.length + more.length), fields, more]);
}

export type CursorBatch = {
  readonly ns: string;
  readonly id: bigint;
  readonly batchName: 'firstBatch' | 'nextBatch';
  readonly documents: PackedDocuments;
};

/** A cursor reply that carries the documents' stored bytes as they are. */
export function cursorReply(
  { ns, id, batchName, documents }: CursorBatch,
  extra: BsonDocument = {},
): EncodedReply {
  const cursorName = element(0x03, 'cursor');
  const batch = element(0x04, batchName);
  const batchBytes = documents.byteLength + 5;
  const tail = encodeDocument({ id: Long.fromBigInt(id), ns }).subarray(4);
  const end = encodeDocument({ ...extra, ok: 1 }).subarray(4);
  const cursorBytes = 4 + batch.length + batchBytes + tail.length;
  const total = 4 + cursorName.length + cursorBytes + end.length;
  const head = [int32(total), cursorName, int32(cursorBytes), batch, int32(batchBytes)];
  return new EncodedReply([...head, ...documents.elements, Buffer.alloc(1), tail, end]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32LE(value, 0);
  return bytes;
}

function element(type: number, name: string): Buffer {
  return Buffer.from(`${String.fromCharCode(type)}${name}\0`, 'latin1');
}
