import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileFilter, type Filter, isOperatorDocument } from '../query/filter.ts';
import type { CollectionMeta } from '../storage/collection.ts';

const compiled = new WeakMap<BsonDocument, Filter>();

/**
 * Throws 121 when the collection's validator does not match the document. With the level moderate a document that did
 * not match before may stay so.
 */
export function assertValid(
  { options }: CollectionMeta,
  document: BsonDocument,
  before?: BsonDocument,
): void {
  const { validator, validationLevel, validationAction } = options;
  if (!isDocument(validator) || validationLevel === 'off' || validationAction === 'warn') return;
  const { matches } = filterOf(validator);
  if (matches(document) || (validationLevel === 'moderate' && before && !matches(before))) return;
  const details = { operatorName: operatorNameOf(validator), specifiedAs: validator };
  const errInfo = { failingDocumentId: document['_id'] ?? null, details };
  throw new CommandError('DocumentValidationFailure', 'Document failed validation', { extra: { errInfo } });
}

/** The validation options of `create` and `collMod`, checked; those not given are left out. */
export function readValidation(given: Readonly<Record<string, BsonValue>>): BsonDocument {
  const { validator, validationLevel, validationAction } = given;
  if (validator !== undefined) {
    if (!isDocument(validator)) throw new CommandError('TypeMismatch', "'validator' has to be an object");
    compileFilter(validator);
  }
  requireOneOf('validationLevel', validationLevel, ['off', 'strict', 'moderate']);
  requireOneOf('validationAction', validationAction, ['error', 'warn']);
  const options = { validator, validationLevel, validationAction };
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function requireOneOf(name: string, value: BsonValue, allowed: readonly string[]): void {
  if (value === undefined || (typeof value === 'string' && allowed.includes(value))) return;
  throw new CommandError('BadValue', `Enumeration value for field '${name}' is not a valid value.`);
}

function operatorNameOf(validator: BsonDocument): string {
  const [[name, operand] = ['$and']] = Object.entries(validator);
  if (name.startsWith('$')) return name;
  return (isOperatorDocument(operand) && Object.keys(operand)[0]) || '$eq';
}

function filterOf(validator: BsonDocument): Filter {
  const known = compiled.get(validator);
  if (known) return known;
  const filter = compileFilter(validator);
  compiled.set(validator, filter);
  return filter;
}
