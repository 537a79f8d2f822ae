import {
  MongoBulkWriteError,
  MongoClientBulkWriteError,
  MongoError,
  MongoNetworkError,
  MongoServerError,
} from 'mongodb';
import { toBulkResult, toDocument } from './client-operations.ts';
import { type EntityValues, findMismatch } from './match.ts';
import type { Json } from './spec-files.ts';

type ErrorCheck = (expected: unknown, error: Error, entities: EntityValues) => string | undefined;

/** Compares an operation's failure with `expectError`; returns the first difference in words. */
export function findErrorMismatch(
  expected: Json,
  error: unknown,
  entities: EntityValues,
): string | undefined {
  if (!(error instanceof Error)) return 'failed with something that is no error';
  for (const [name, value] of Object.entries(expected)) {
    const check = checks[name];
    const mismatch = check ? check(value, error, entities) : `the runner does not know expectError.${name}`;
    if (mismatch !== undefined) return `${name}: ${mismatch} (the error is ${error.name}: ${error.message})`;
  }
  return undefined;
}

const checks: Readonly<Record<string, ErrorCheck>> = {
  isError: () => undefined,
  isClientError: (expected, error) => differs(isClientError(error), expected),
  isTimeoutError: (expected, error) => differs(/timed? ?out/i.test(error.name + error.message), expected),
  errorContains: (expected, error) =>
    error.message.toLowerCase().includes(String(expected).toLowerCase())
      ? undefined
      : `expected "${String(expected)}"`,
  errorCode: (expected, error) => differs(responseOf(error)['code'] ?? codeOf(error), expected),
  errorCodeName: (expected, error) => differs(responseOf(error)['codeName'], expected),
  errorLabelsContain: (expected, error) => {
    const missing = (expected as string[]).find((label) => !hasLabel(error, label));
    return missing && `lacks the label ${missing}`;
  },
  errorLabelsOmit: (expected, error) => {
    const present = (expected as string[]).find((label) => hasLabel(error, label));
    return present && `has the label ${present}`;
  },
  errorResponse: (expected, error, entities) => findMismatch(expected, responseOf(error), entities),
  expectResult: (expected, error, entities) => findMismatch(expected, partialResultOf(error), entities),
  writeErrors: (expected, error, entities) =>
    findBulkErrorMismatch(expected, toDocument(bulkErrorOf(error)?.writeErrors) ?? {}, entities),
  writeConcernErrors: (expected, error, entities) =>
    findBulkErrorMismatch(
      expected,
      Object.fromEntries(bulkErrorOf(error)?.writeConcernErrors.entries() ?? []),
      entities,
    ),
};

/** Each single error is a root: it may hold more than the file expects. */
function findBulkErrorMismatch(expected: unknown, actual: Json, entities: EntityValues): string | undefined {
  const wanted = Object.entries(expected as Json);
  if (wanted.length !== Object.keys(actual).length)
    return `expected ${wanted.length}, got ${Object.keys(actual).length}`;
  return wanted
    .map(([key, error]) => findMismatch(error, { ...(actual[key] as Json) }, entities))
    .find(Boolean);
}

function bulkErrorOf(error: Error): MongoClientBulkWriteError | undefined {
  return error instanceof MongoClientBulkWriteError ? error : undefined;
}

function differs(actual: unknown, expected: unknown): string | undefined {
  return actual === expected ? undefined : `expected ${String(expected)}, got ${String(actual)}`;
}

function isClientError(error: Error): boolean {
  return error instanceof MongoNetworkError || !(error instanceof MongoServerError);
}

function hasLabel(error: Error, label: string): boolean {
  return error instanceof MongoError && error.hasErrorLabel(label);
}

function responseOf(error: Error): Json {
  const cause = error instanceof MongoClientBulkWriteError ? error.cause : undefined;
  const server = cause instanceof Error ? cause : error;
  if (!(server instanceof MongoServerError)) return {};
  return (server.errorResponse as Json | undefined) ?? { code: server.code };
}

function codeOf(error: Error): unknown {
  return 'code' in error ? error.code : undefined;
}

function partialResultOf(error: Error): unknown {
  if (error instanceof MongoClientBulkWriteError)
    return error.partialResult && toBulkResult(error.partialResult);
  return error instanceof MongoBulkWriteError ? error.result : undefined;
}
