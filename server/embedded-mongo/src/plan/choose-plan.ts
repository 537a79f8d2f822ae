import { valuesEqual } from '../bson/compare.ts';
import { type BsonDocument, type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { CollectionIndex } from '../storage/collection-index.ts';
import type { Collection } from '../storage/collection.ts';
import { buildCandidate, type Candidate } from './candidates.ts';
import { implies } from './implication.ts';
import type { Plan, Union, Walk } from './plan.ts';
import { alternativesOf, extractPredicates, type Predicate, type Predicates } from './predicates.ts';

export type PlanRequest = {
  readonly filter: BsonDocument;
  readonly sort?: BsonDocument | undefined;
  /** An index's name or key pattern. */
  readonly hint?: BsonValue;
  /** Variables of the command's `let`, for `$expr`. */
  readonly let?: BsonDocument | undefined;
  /** Strings compare by other rules than the indexes'. */
  readonly hasCollation?: boolean;
};

type SortField = { readonly path: string; readonly isDescending: boolean };

/** Picks the walk that is likely to touch the fewest keys. Throws 2 when the hint names no index. */
export function choosePlan(collection: Collection, request: PlanRequest): Plan {
  const predicates = predicatesOf(request.filter, request);
  const { sort, hint } = readOrder(request);
  const usable = hint === undefined ? undefined : [findHinted(collection, hint).index];
  const best = chooseWalk(collection, predicates, { sort: request.hasCollation ? [] : sort, usable });
  const walk = toWalk(best, predicates);
  if (usable || best.candidate.boundCount > 0) return walk;
  return chooseUnion(collection, predicates, request) ?? walk;
}

function predicatesOf(filter: BsonDocument, { let: variables, hasCollation }: PlanRequest): Predicates {
  const extracted = extractPredicates(filter, variables);
  return hasCollation ? withoutStrings(extracted) : extracted;
}

type WalkOptions = {
  readonly sort: readonly SortField[];
  /** Left out: every index that may help. */
  readonly usable?: readonly (CollectionIndex | undefined)[] | undefined;
};

function chooseWalk(collection: Collection, { list }: Predicates, { sort, usable }: WalkOptions): Rated {
  const [best] = (usable ?? usableIndexes(collection, list, sort))
    .map((index) => rate(buildCandidate(collection, index, list), sort))
    .sort((a, b) => b.score - a.score);
  if (!best) throw new CommandError('NoQueryExecutionPlans', 'No index can answer the query');
  return best;
}

const branchesMax = 1_000;

/** For a filter that no single index narrows: an `$or` of which an index narrows every branch. */
function chooseUnion(collection: Collection, outer: Predicates, request: PlanRequest): Union | undefined {
  for (const branches of alternativesOf(request.filter)) {
    if (branches.length > branchesMax) continue;
    const walks = branches.map((branch): Walk | undefined => {
      const own = predicatesOf(branch, request);
      const predicates = { list: [...own.list, ...outer.list], hasMore: true };
      const best = chooseWalk(collection, predicates, { sort: [] });
      return best.candidate.boundCount > 0 ? toWalk(best, predicates) : undefined;
    });
    const found = walks.filter((walk) => walk !== undefined);
    if (found.length < walks.length) continue;
    return { stage: 'OR', walks: found, needsDedupe: true, isCovered: false, isSorted: false };
  }
  return undefined;
}

/** Indexes hold strings in code point order, so under a collation they serve neither equality nor order of strings. */
function withoutStrings({ list, hasMore }: Predicates): Predicates {
  const plain = list.filter((predicate) => {
    if (predicate.kind === 'points') return predicate.values.every(isNotText);
    return predicate.kind === 'exists' || (predicate.kind === 'bound' && isNotText(predicate.value));
  });
  return { list: plain, hasMore: hasMore || plain.length < list.length };
}

function isNotText(value: BsonValue): boolean {
  return typeof value !== 'string' && !Array.isArray(value) && !isDocument(value);
}

/** The natural order is the one of the documents' tree, by _id. */
function readOrder({ sort = {}, hint }: PlanRequest): { sort: SortField[]; hint: BsonValue } {
  const natural = sort['$natural'] ?? (isDocument(hint) ? hint['$natural'] : undefined);
  if (natural !== undefined)
    return { sort: [{ path: '_id', isDescending: Number(natural) < 0 }], hint: '_id_' };
  const fields = Object.entries(sort).map(([path, order]) => ({ path, isDescending: Number(order) < 0 }));
  return { sort: fields, hint };
}

type Rated = { readonly candidate: Candidate; readonly sorted: Sorted | undefined; readonly score: number };
type Sorted = { readonly isReverse: boolean };

function rate(candidate: Candidate, sort: readonly SortField[]): Rated {
  const sorted = sort.length > 0 ? sortedBy(candidate, sort) : undefined;
  return { candidate, sorted, score: candidate.score + (sorted ? 6 : 0) };
}

function usableIndexes(
  collection: Collection,
  predicates: readonly Predicate[],
  [firstSort]: readonly SortField[],
): (CollectionIndex | undefined)[] {
  // A look-up by _id reads one key, so no other plan can be cheaper.
  if (predicates.some(({ kind, path }) => kind === 'points' && path === '_id')) return [undefined];
  const isOfUse = ({ fields: [first] }: CollectionIndex) =>
    first?.path === firstSort?.path || predicates.some(({ path }) => path === first?.path);
  const candidates = collection.indexes.filter((index) => isOfUse(index) && implies(predicates, index));
  return [undefined, ...candidates];
}

function findHinted(collection: Collection, hint: BsonValue): { index: CollectionIndex | undefined } {
  const isId = hint === '_id_' || (isDocument(hint) && valuesEqual(hint, { _id: 1 }));
  if (isId) return { index: undefined };
  const index = collection.indexes.find(({ spec }) =>
    isDocument(hint) ? valuesEqual(hint, spec.key) : spec.name === hint,
  );
  if (!index) {
    throw new CommandError(
      'BadValue',
      'error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index',
    );
  }
  return { index };
}

/** Whether the walk, forwards or backwards, comes in the order asked for. */
function sortedBy(
  { index, fields, fixedCount, hasPointList }: Candidate,
  sort: readonly SortField[],
): Sorted | undefined {
  if (hasPointList || index?.traits.hasLongKeys) return undefined;
  const multikey = index?.traits.multikeyFields;
  const fixed = new Set(fields.slice(0, fixedCount).map(({ path }, i) => (multikey?.has(i) ? '' : path)));
  const wanted = sort.filter(({ path }) => !fixed.has(path));
  if (wanted.length === 0) return { isReverse: false };
  const offered = fields
    .map((field, i) => ({ ...field, isMultikey: multikey?.has(i) ?? false }))
    .slice(fixedCount);
  if (index && !index.spec.isUnique)
    offered.push({ path: '_id', parts: ['_id'], isDescending: false, isMultikey: false });
  const isReverse = offered[0]?.isDescending !== wanted[0]?.isDescending;
  const isServed = wanted.every(({ path, isDescending }, i) => {
    const field = offered[i];
    return field?.path === path && !field.isMultikey && field.isDescending === (isDescending !== isReverse);
  });
  return isServed ? { isReverse } : undefined;
}

function toWalk({ candidate, sorted }: Rated, predicates: Predicates): Walk {
  const { index, used, boundCount, fixedCount } = candidate;
  const isPointById = index === undefined && fixedCount === 1;
  const isIdBound = index === undefined && boundCount > 0;
  const multikey = index?.traits.multikeyFields;
  return {
    stage: isPointById ? 'IDHACK' : index || isIdBound ? 'IXSCAN' : 'COLLSCAN',
    index,
    indexName: index?.spec.name ?? '_id_',
    ranges: candidate.ranges,
    isPoint: candidate.isPoint,
    isReverse: sorted?.isReverse ?? false,
    needsDedupe: multikey !== undefined && [...multikey].some((position) => position >= fixedCount),
    isCovered:
      candidate.isExact &&
      !predicates.hasMore &&
      predicates.list.every((predicate) => predicate.isExact && used.has(predicate)),
    isSorted: sorted !== undefined,
  };
}
