import { isNumber, toDouble, toSafeInteger } from '../bson/numbers.ts';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';

/** Fields any command may carry. */
const genericFields = new Set([
  '$db',
  'lsid',
  '$clusterTime',
  '$readPreference',
  'readConcern',
  'writeConcern',
  'comment',
  'maxTimeMS',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
  'txnNumber',
  'startTransaction',
  'autocommit',
]);

/** Options that change nothing on a standalone server without users, MongoDB's included. Their types are checked. */
const withoutEffect: ReadonlyMap<string, 'boolean' | 'document'> = new Map([
  ['lsid', 'document'],
  ['$clusterTime', 'document'],
  ['allowDiskUse', 'boolean'],
  ['allowPartialResults', 'boolean'],
  ['authorizedCollections', 'boolean'],
  ['authorizedDatabases', 'boolean'],
]);

/** A command's (or a statement's) fields, read by type; what is wrong throws MongoDB's error for it. */
export class Arguments {
  readonly name: string;
  readonly body: BsonDocument;

  constructor(name: string, body: BsonDocument) {
    this.name = name;
    this.body = body;
  }

  /** Throws 40415 on a field that is neither in the list nor, in a whole command, allowed everywhere. */
  requireKnown(fields: readonly string[], { isStatement = false } = {}): this {
    for (const field of Object.keys(this.body)) {
      if (!fields.includes(field) && (isStatement || !genericFields.has(field))) {
        throw new CommandError(
          'UnrecognizedCommandField',
          `BSON field '${this.name}.${field}' is an unknown field.`,
        );
      }
      const type = withoutEffect.get(field);
      if (type) this[type](field);
    }
    return this;
  }

  /** The fields of an embedded document, which may have no others; empty when it is absent. */
  inner(field: string, fields: readonly string[]): Arguments {
    const inner = new Arguments(`${this.name}.${field}`, this.document(field) ?? {});
    return inner.requireKnown(fields, { isStatement: true });
  }

  value(field: string): BsonValue {
    return Object.hasOwn(this.body, field) ? this.body[field] : undefined;
  }

  has(field: string): boolean {
    return this.value(field) !== undefined && this.value(field) !== null;
  }

  document(field: string): BsonDocument | undefined {
    const value = this.value(field);
    if (value === undefined || value === null) return undefined;
    if (!isDocument(value)) throw this.#wrongType(field, 'object');
    return value;
  }

  requireDocument(field: string): BsonDocument {
    return this.document(field) ?? this.#missing(field);
  }

  array(field: string): BsonValue[] | undefined {
    const value = this.value(field);
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) throw this.#wrongType(field, 'array');
    return value;
  }

  requireArray(field: string): BsonValue[] {
    return this.array(field) ?? this.#missing(field);
  }

  documents(field: string): BsonDocument[] | undefined {
    const values = this.array(field);
    return values?.map((value) => {
      if (!isDocument(value)) throw this.#wrongType(field, 'object');
      return value;
    });
  }

  string(field: string): string | undefined {
    const value = this.value(field);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw this.#wrongType(field, 'string');
    return value;
  }

  requireString(field: string): string {
    return this.string(field) ?? this.#missing(field);
  }

  boolean(field: string): boolean {
    const value = this.value(field);
    if (value === undefined || value === null) return false;
    if (isNumber(value)) return toDouble(value) !== 0;
    if (typeof value !== 'boolean') throw this.#wrongType(field, 'bool');
    return value;
  }

  /** A whole number, undefined when the field is absent. */
  integer(field: string): number | undefined {
    const value = this.value(field);
    if (value === undefined || value === null) return undefined;
    if (!isNumber(value)) throw this.#wrongType(field, 'number');
    const integer = toSafeInteger(value) ?? Math.trunc(toDouble(value));
    if (!Number.isFinite(integer)) throw this.#wrongType(field, 'long');
    return integer;
  }

  /** A whole number of at least 0. */
  count(field: string): number | undefined {
    const integer = this.integer(field);
    if (integer === undefined || integer >= 0) return integer;
    throw new CommandError(51024, `BSON field '${field}' value must be >= 0, actual value '${integer}'`);
  }

  #wrongType(field: string, expected: string): CommandError {
    return new CommandError(
      'TypeMismatch',
      `BSON field '${this.name}.${field}' is the wrong type, expected type '${expected}'`,
    );
  }

  #missing(field: string): never {
    throw new CommandError(
      'MissingCommandField',
      `BSON field '${this.name}.${field}' is missing but a required field`,
    );
  }
}
