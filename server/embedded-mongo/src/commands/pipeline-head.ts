import { toSafeInteger } from '../bson/numbers.ts';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import type { FindQuery } from '../engine/find-source.ts';

export type SplitPipeline = {
  /** What the planner can do at the front: all $match, then one $sort, one $skip and one $limit. */
  readonly query: Pick<FindQuery, 'filter' | 'sort' | 'skip' | 'limit'>;
  readonly rest: readonly BsonDocument[];
};

/** Hands the front of a pipeline to the planner. */
export function splitPipeline(pipeline: readonly BsonDocument[]): SplitPipeline {
  let at = 0;
  const take = <T>(stage: string, read: (value: BsonValue) => T | undefined): T | undefined => {
    const document = pipeline[at];
    const isStage = document !== undefined && Object.keys(document).length === 1 && stage in document;
    const value = isStage ? read(document[stage]) : undefined;
    if (value !== undefined) at += 1;
    return value;
  };
  const matches: BsonDocument[] = [];
  for (let match = take('$match', asDocument); match; match = take('$match', asDocument)) matches.push(match);
  const sort = take('$sort', asPlainSort);
  const skip = take('$skip', asCount);
  const limit = take('$limit', asPositive);
  const filter = matches.length > 1 ? { $and: matches } : (matches[0] ?? {});
  return { query: { filter, sort, skip, limit }, rest: pipeline.slice(at) };
}

/** The field a counting pipeline's answer goes to: `$count`, or the driver's `$group` by a constant. */
export function countField([stage, ...more]: readonly BsonDocument[]):
  | { field: string; id?: BsonValue }
  | undefined {
  if (!stage || more.length > 0) return undefined;
  if (typeof stage['$count'] === 'string') return { field: stage['$count'] };
  const group = stage['$group'];
  if (!isDocument(group)) return undefined;
  const [id, field] = Object.keys(group);
  if (id !== '_id' || field === undefined || Object.keys(group).length !== 2) return undefined;
  const sum = group[field];
  const isCount = isDocument(sum) && toSafeInteger(sum['$sum']) === 1 && Object.keys(sum).length === 1;
  const isConstant = group['_id'] === null || toSafeInteger(group['_id']) !== undefined;
  return isCount && isConstant ? { field, id: group['_id'] } : undefined;
}

function asDocument(value: BsonValue): BsonDocument | undefined {
  return isDocument(value) ? value : undefined;
}

function asPlainSort(value: BsonValue): BsonDocument | undefined {
  const isPlain =
    isDocument(value) && Object.values(value).every((order) => Math.abs(toSafeInteger(order) ?? 0) === 1);
  return isPlain && Object.keys(value).length > 0 ? value : undefined;
}

function asCount(value: BsonValue): number | undefined {
  const count = toSafeInteger(value);
  return count !== undefined && count >= 0 ? count : undefined;
}

function asPositive(value: BsonValue): number | undefined {
  return asCount(value) || undefined;
}
