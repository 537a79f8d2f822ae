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
  extra?: BsonDocument,
): EncodedReply {
  const batchBytes = documents.byteLength + 5;
  const tail = encodeTail(id, ns);
  const end = extra ? encodeDocument({ ...extra, ok: 1 }).subarray(4) : okEnd;
  const cursorBytes = 5 + batchName.length + batchBytes + tail.length;
  const head = Buffer.allocUnsafe(22 + batchName.length);
  head.writeInt32LE(12 + cursorBytes + end.length, 0);
  head.write('\x03cursor\0', 4, 'latin1');
  head.writeInt32LE(cursorBytes, 12);
  head.write(`\x04${batchName}\0`, 16, 'latin1');
  head.writeInt32LE(batchBytes, head.length - 4);
  return new EncodedReply([head, ...documents.elements, tail, end]);
}

const okEnd = encodeDocument({ ok: 1 }).subarray(4);

/** What follows the documents in a cursor: the end of their array, the fields id and ns, and its own end. */
function encodeTail(id: bigint, ns: string): Buffer {
  const nsBytes = Buffer.byteLength(ns);
  const tail = Buffer.allocUnsafe(23 + nsBytes);
  tail.write('\0\x12id\0', 0, 'latin1');
  tail.writeBigInt64LE(id, 5);
  tail.write('\x02ns\0', 13, 'latin1');
  tail.writeInt32LE(nsBytes + 1, 17);
  tail.write(ns, 21, 'utf8');
  tail.writeUInt16LE(0, 21 + nsBytes);
  return tail;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32LE(value, 0);
  return bytes;
}
