import { EJSON } from 'bson';
import { type BsonDocument, type BsonValue, decodeDocument, encodeDocument } from '../src/bson/value.ts';

/** A document as the server holds it: every number in its BSON type, a JS integer as an int. */
export function typed(document: Record<string, unknown>): BsonDocument {
  return decodeDocument(encodeDocument(document as BsonDocument));
}

/** The same for one value. */
export function typedValue(value: unknown): BsonValue {
  return typed({ v: value })['v'];
}

/** Back to plain JS, for comparing where types do not matter. */
export function plain(value: unknown): unknown {
  return (EJSON.parse(EJSON.stringify({ v: value }, { relaxed: false })) as { v: unknown }).v;
}

/** Canonical extended JSON, for comparing where types do matter. */
export function canonical(value: unknown): string {
  return JSON.stringify(EJSON.serialize({ v: value }, { relaxed: false })['v']);
}
