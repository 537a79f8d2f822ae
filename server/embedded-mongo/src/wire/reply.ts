import { Long } from 'bson';
import { type BsonDocument, encodeDocument } from '../query/value.ts';

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
  return new EncodedReply(wrap([reply.bytes.subarray(4, -1), encodeDocument(extra).subarray(4)]));
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
  const batch = concatDocuments(documents);
  const tail = encodeDocument({ id: Long.fromBigInt(id), ns }).subarray(4);
  const cursor = wrap([element(0x04, batchName), batch, tail]);
  const ok = encodeDocument({ ...extra, ok: 1 }).subarray(4);
  return new EncodedReply(wrap([element(0x03, 'cursor'), cursor, ok]));
}

function concatDocuments(documents: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  documents.forEach((document, i) => parts.push(element(0x03, String(i)), document));
  parts.push(Buffer.alloc(1));
  return wrap(parts);
}

/** Puts the length in front; the parts have to end with the document's closing zero. */
function wrap(parts: readonly Buffer[]): Buffer {
  const size = Buffer.allocUnsafe(4);
  const bytes = Buffer.concat([size, ...parts]);
  bytes.writeInt32LE(bytes.length, 0);
  return bytes;
}

function element(type: number, name: string): Buffer {
  return Buffer.from(`${String.fromCharCode(type)}${name}\0`, 'latin1');
}
