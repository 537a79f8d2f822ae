import { mongo } from 'mongoose';

/** What stopped an insert: the number was taken by another node, or the sender sent this message before. */
export type Conflict = 'number' | 'clientId';

/** Which documents of a bulk insert were duplicates; undefined for any other failure, after which nothing is sure. */
export function findConflicts(error: unknown): ReadonlyMap<number, Conflict> | undefined {
  if (!(error instanceof mongo.MongoBulkWriteError)) return undefined;
  if (error.result.getWriteConcernError()) return undefined;
  const writeErrors = [error.writeErrors].flat();
  if (writeErrors.length === 0 || writeErrors.some(({ code }) => code !== 11000)) return undefined;
  return new Map(
    writeErrors.map(({ index, errmsg }) => [index, errmsg?.includes('clientId') ? 'clientId' : 'number']),
  );
}
