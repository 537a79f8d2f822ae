import { encodeValue, keyHeadBytes, prefixEnd } from '../bson/key-encoding.ts';
import type { CollectionIndex } from '../storage/collection-index.ts';
import type { Collection } from '../storage/collection.ts';
import type { IndexField } from '../storage/index-keys.ts';
import { intervalOf } from './bounds.ts';
import type { Bounds } from './plan.ts';
import type { Predicate } from './predicates.ts';

/** One way to walk the collection; `index` undefined is the documents' own tree, ordered by _id. */
export type Candidate = {
  readonly index: CollectionIndex | undefined;
  readonly fields: readonly IndexField[];
  readonly ranges: readonly Bounds[];
  /** Leading fields fixed to one value: they do not affect the order of the walk. */
  readonly fixedCount: number;
  /** Leading fields with a condition of any kind. */
  readonly boundCount: number;
  readonly hasPointList: boolean;
  /** Each range is one whole key of the index. */
  readonly isPoint: boolean;
  readonly used: ReadonlySet<Predicate>;
  readonly isExact: boolean;
  readonly score: number;
};

const pointsMax = 1_000;
const idFields: readonly IndexField[] = [{ path: '_id', parts: ['_id'], isDescending: false }];

type State = {
  prefixes: Buffer[];
  interval: Bounds | undefined;
  fixedCount: number;
  boundCount: number;
  hasPointList: boolean;
  score: number;
  readonly used: Set<Predicate>;
};

/** Takes equality on the leading fields, one list of points at most, and one range after them. */
export function buildCandidate(
  collection: Collection,
  index: CollectionIndex | undefined,
  predicates: readonly Predicate[],
): Candidate {
  const fields = index?.fields ?? idFields;
  const state: State = {
    prefixes: [nothing],
    interval: undefined,
    fixedCount: 0,
    boundCount: 0,
    hasPointList: false,
    score: 0,
    used: new Set(),
  };
  for (const [position, field] of fields.entries()) {
    const own = predicates.filter(({ path }) => path === field.path);
    if (own.length > 0 && takePoints(state, own, field)) continue;
    const isMultikey = index?.traits.multikeyFields.has(position) ?? false;
    if (own.length > 0) takeRange(state, own, { ...field, isMultikey });
    break;
  }
  const isUnique = index === undefined || index.spec.isUnique;
  if (isUnique && state.fixedCount === fields.length) state.score += 50;
  const { bounds, isExact } = wholeBounds(index?.prefix ?? collection.prefix, state);
  const isPoint = isUnique && isExact && !state.interval && state.boundCount === fields.length;
  return { index, fields, ranges: bounds, isExact, isPoint, ...state };
}

function takePoints(state: State, own: readonly Predicate[], field: IndexField): boolean {
  const lists = own.filter((predicate) => predicate.kind === 'points');
  const one = lists.find(({ values }) => values.length === 1);
  const list =
    one ?? (state.hasPointList ? undefined : lists.find(({ values }) => values.length <= pointsMax));
  if (!list) return false;
  const points = distinctPoints(list.values.map((value) => encodeValue(value, field.isDescending)));
  state.prefixes = state.prefixes.flatMap((prefix) => points.map((point) => join(prefix, point)));
  state.used.add(list);
  state.boundCount += 1;
  if (one || points.length === 1) {
    if (!state.hasPointList) state.fixedCount += 1;
    state.score += 10;
  } else {
    state.hasPointList = true;
    state.score += 8;
  }
  return true;
}

function distinctPoints(points: Buffer[]): Buffer[] {
  if (points.length === 1) return points;
  const sorted = points.sort((a, b) => Buffer.compare(a, b));
  return sorted.filter((point, i) => i === 0 || !point.equals(sorted[i - 1] ?? point));
}

/** On an array one element may meet the lower bound and another the upper: only one side may limit the walk. */
function takeRange(
  state: State,
  own: readonly Predicate[],
  field: IndexField & { isMultikey: boolean },
): void {
  const ranges = own.filter((predicate) => predicate.kind === 'bound' || predicate.kind === 'prefix');
  const [first] = ranges;
  if (!first) return;
  const sameType = ranges.filter((predicate) => typeOf(predicate) === typeOf(first));
  const taken = field.isMultikey ? [first] : sameType;
  state.interval = intervalOf(taken, field.isDescending);
  for (const predicate of taken) state.used.add(predicate);
  state.boundCount += 1;
  state.score += 5;
}

function typeOf(predicate: Predicate): number | undefined {
  return predicate.kind === 'bound' ? encodeValue(predicate.value)[0] : encodeValue('')[0];
}

function wholeBounds(tree: Buffer, { prefixes, interval }: State): { bounds: Bounds[]; isExact: boolean } {
  let isExact = true;
  const shorten = (bytes: Buffer): Buffer => {
    if (bytes.length <= keyHeadBytes) return bytes;
    isExact = false;
    return bytes.subarray(0, keyHeadBytes);
  };
  const bounds = prefixes.map((prefix): Bounds => {
    const lower = join(tree, shorten(join(prefix, interval?.lower ?? nothing)));
    const high = join(prefix, interval?.upper ?? nothing);
    const isUpperPrefix = interval === undefined || high.length > keyHeadBytes;
    const top = interval ? join(tree, shorten(high)) : lower;
    return { lower, upper: isUpperPrefix ? (prefixEnd(top) ?? top) : top };
  });
  return { bounds: bounds.filter(({ lower, upper }) => Buffer.compare(lower, upper) < 0), isExact };
}

const nothing = Buffer.alloc(0);

function join(head: Buffer, tail: Buffer): Buffer {
  if (tail.length === 0) return head;
  return head.length === 0 ? tail : Buffer.concat([head, tail]);
}
