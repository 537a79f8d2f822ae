import {
  type Binary,
  type BSONRegExp,
  type BSONSymbol,
  type Code,
  type Decimal128,
  DBRef,
  deserialize,
  type DeserializeOptions,
  type Double,
  type Int32,
  type Long,
  type MaxKey,
  type MinKey,
  type ObjectId,
  serialize,
  type Timestamp,
} from 'bson';
import { CommandError } from '../errors.ts';

/** A number whose BSON type is kept; a bare JS number stands for an Int32 when it is one, else for a Double. */
export type BsonNumber = Int32 | Double | Long | Decimal128 | number | bigint;

export type BsonValue =
  | BsonNumber
  | string
  | boolean
  | null
  | undefined
  | Date
  | ObjectId
  | Binary
  | Timestamp
  | BSONRegExp
  | RegExp
  | BSONSymbol
  | Code
  | MinKey
  | MaxKey
  | BsonValue[]
  | BsonDocument;

/** A document in field order. JS puts integer-like names ("0", "17") first: only undecoded bytes keep their place. */
export interface BsonDocument {
  [field: string]: BsonValue;
}

const typeExact: DeserializeOptions = {
  promoteValues: false,
  promoteBuffers: false,
  promoteLongs: false,
  bsonRegExp: true,
};

const dbRefMark = Buffer.from('$ref\0');

/** Decodes with every number kept in its BSON type, so that encoding the result again yields the same types. */
export function decodeDocument(bytes: Uint8Array): BsonDocument {
  const document = deserialize(bytes, typeExact) as BsonDocument;
  const view = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.includes(dbRefMark) ? (unfold(document) as BsonDocument) : document;
}

/** MongoDB's own limit: 16 MiB for a document, and 16 KiB for what a reply puts around it. */
const encodedBytesMax = 16 * 1024 * 1024 + 16 * 1024;

/** Throws 10334 above 16 MiB, where bson itself would cut the last string off without a word. */
export function encodeDocument(document: BsonDocument): Buffer {
  const bytes = serializeWithin(document);
  if (bytes.length > encodedBytesMax) throw tooLarge();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function serializeWithin(document: BsonDocument): Uint8Array {
  try {
    return serialize(document, { ignoreUndefined: false });
  } catch (error) {
    throw error instanceof RangeError ? tooLarge() : error;
  }
}

function tooLarge(): CommandError {
  return new CommandError('BSONObjectTooLarge', `BSON size is above the limit of ${encodedBytesMax} bytes`);
}

/** Whether the value is an embedded document: not an array, and no BSON type of its own. */
export function isDocument(value: unknown): value is BsonDocument {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The field's own value, or undefined when the document has no such field. */
export function getField(document: BsonDocument, field: string): BsonValue {
  return Object.hasOwn(document, field) ? document[field] : undefined;
}

/** Sets a field as data, also when its name is `__proto__`. */
export function setField(document: BsonDocument, field: string, value: BsonValue): void {
  if (field !== '__proto__') {
    document[field] = value;
    return;
  }
  Object.defineProperty(document, field, { value, writable: true, enumerable: true, configurable: true });
}

// bson turns {$ref, $id} into a DBRef; for a database that is a plain document with these fields.
function unfold(value: BsonValue): BsonValue {
  if (Array.isArray(value)) return value.map(unfold);
  if (value instanceof DBRef) return unfoldDbRef(value);
  return isDocument(value) ? unfoldDocument(value) : value;
}

function unfoldDocument(document: BsonDocument): BsonDocument {
  for (const field of Object.keys(document)) setField(document, field, unfold(getField(document, field)));
  return document;
}

function unfoldDbRef(ref: DBRef): BsonDocument {
  const document: BsonDocument = { $ref: ref.collection, $id: unfold(ref.oid) };
  if (ref.db !== undefined) document['$db'] = ref.db;
  for (const [field, value] of Object.entries(ref.fields))
    setField(document, field, unfold(value as BsonValue));
  return document;
}
