import type { Collation } from '../bson/collation.ts';
import { type BsonDocument, type BsonValue, decodeDocument, encodeDocument } from '../bson/value.ts';
import { choosePlan } from '../plan/choose-plan.ts';
import type { Deadline } from '../pace/deadline.ts';
import { type Pause, pause, type Steps } from '../pace/pace.ts';
import type { Plan } from '../plan/plan.ts';
import { openScan, type Scan, type ScanCounts } from '../plan/scan.ts';
import { TopSort } from '../plan/top-sort.ts';
import { compileFilter, type Filter } from '../query/filter.ts';
import { compileProjection, type Project } from '../query/projection.ts';
import { compileSortKey } from '../query/sort.ts';
import type { Collection } from '../storage/collection.ts';
import type { KeyValueStore } from '../storage/kv.ts';
import { type Batch, BatchFiller, type BatchRequest, type BatchSource, BufferedSource } from './cursors.ts';

export type FindQuery = {
  readonly filter: BsonDocument;
  readonly sort?: BsonDocument | undefined;
  readonly projection?: BsonDocument | undefined;
  readonly skip?: number | undefined;
  /** 0 or undefined: all. */
  readonly limit?: number | undefined;
  readonly hint?: BsonValue;
  readonly collation?: Collation | undefined;
  readonly let?: BsonDocument | undefined;
  /** The matches' positions in arrays are wanted (for positional `$`), so every document is looked at. */
  readonly needsPosition?: boolean;
};

export type FoundDocument = {
  readonly idKey: Buffer;
  readonly bytes: Buffer;
  /** Decoded only if the filter or the sort had to look at it. */
  readonly document: BsonDocument | undefined;
  readonly arrayIndex: number | undefined;
};

type FindOptions = {
  readonly kv: KeyValueStore;
  readonly collection: Collection;
  readonly deadline: Deadline;
};

/** A query over one collection: matches in order, and the same as cursor batches that go on from the last key. */
export class FindSource implements BatchSource {
  readonly plan: Plan;
  readonly #query: FindQuery;
  /** None when the index alone tells the matches. */
  readonly #filter: Filter | undefined;
  readonly #scan: Scan;
  readonly #project: Project | undefined;
  #sorted: BatchSource | undefined;
  /** A document that did not fit its batch any more; the next one begins with it. */
  #held: Buffer | undefined;
  #skipLeft: number;
  #limitLeft: number;

  constructor(query: FindQuery, options: FindOptions) {
    const { filter, sort, projection, hint, collation } = query;
    this.#query = query;
    const paths = Object.keys(projection ?? {});
    this.#project =
      projection && paths.length > 0
        ? compileProjection(projection, { collation, let: query.let })
        : undefined;
    this.plan = choosePlan(options.collection, {
      filter,
      sort,
      hint,
      let: query.let,
      hasCollation: collation !== undefined,
    });
    const needsPosition = query.needsPosition || paths.some((path) => path.endsWith('.$'));
    this.#filter =
      this.plan.isCovered && !needsPosition
        ? undefined
        : compileFilter(filter, { collation, let: query.let });
    this.#scan = openScan(this.plan, options);
    this.#skipLeft = query.skip ?? 0;
    this.#limitLeft = query.limit ? query.limit : Number.POSITIVE_INFINITY;
  }

  get counts(): ScanCounts {
    return this.#scan.counts;
  }

  get needsSort(): boolean {
    return !this.plan.isSorted && Object.keys(this.#query.sort ?? {}).length > 0;
  }

  /** Every match as it is stored, without sort, skip, limit or projection. */
  *matches(deadline: Deadline): Generator<FoundDocument | Pause> {
    for (const entry of this.#scan.entries(deadline)) {
      if (entry === pause) {
        yield pause;
        continue;
      }
      const { idKey, load } = entry;
      const bytes = load();
      if (!this.#filter) {
        yield { idKey, bytes, document: undefined, arrayIndex: undefined };
        continue;
      }
      const document = decodeDocument(bytes);
      const { matched, arrayIndex } = this.#filter.matchPosition(document);
      if (matched) yield { idKey, bytes, document, arrayIndex };
    }
  }

  /** Every match in the order asked for; without an index for it, sorted in memory within skip and limit. */
  ordered(deadline: Deadline): Generator<FoundDocument | Pause> {
    return this.needsSort ? this.#sorting(deadline) : this.matches(deadline);
  }

  *#sorting(deadline: Deadline): Generator<FoundDocument | Pause> {
    const { sort = {}, collation } = this.#query;
    const limit = this.#skipLeft + this.#limitLeft;
    const top = new TopSort<FoundDocument>(compileSortKey(sort, { collation }), limit);
    for (const found of this.matches(deadline)) {
      if (found === pause) yield pause;
      else top.add(found.document ?? decodeDocument(found.bytes), { ...found, document: undefined });
    }
    yield* top.take(deadline);
  }

  /** How many match, within skip and limit; without looking at the documents where the index tells. */
  *count(deadline: Deadline): Steps<number> {
    const limit = this.#skipLeft + this.#limitLeft;
    const isWhole = !this.#filter && !this.plan.needsDedupe && limit === Number.POSITIVE_INFINITY;
    if (isWhole) return Math.max(0, (yield* this.#scan.countEntries(deadline)) - this.#skipLeft);
    let count = 0;
    for (const entry of this.#filter ? this.matches(deadline) : this.#scan.entries(deadline)) {
      if (entry === pause) {
        yield pause;
        continue;
      }
      count += 1;
      if (count >= limit) break;
    }
    return Math.max(0, count - this.#skipLeft);
  }

  *next(request: BatchRequest): Steps<Batch> {
    if (this.needsSort) {
      this.#sorted ??= new BufferedSource(yield* this.#gather(request.deadline));
      return yield* this.#sorted.next(request);
    }
    const countMax = Math.min(request.countMax, this.#limitLeft);
    const filler = new BatchFiller({ ...request, countMax });
    if (filler.isFull) return { documents: filler.documents, isDone: this.#limitLeft <= 0 };
    for (const output of this.#outputs(request.deadline)) {
      if (output === pause) {
        yield pause;
        continue;
      }
      if (!filler.offer(output)) {
        this.#held = output;
        return { documents: filler.documents, isDone: false };
      }
      this.#limitLeft -= 1;
      if (filler.isFull) return { documents: filler.documents, isDone: this.#limitLeft <= 0 };
    }
    return { documents: filler.documents, isDone: true };
  }

  *#gather(deadline: Deadline): Steps<Buffer[]> {
    const outputs: Buffer[] = [];
    for (const output of this.#outputs(deadline)) {
      if (output === pause) yield pause;
      else outputs.push(output);
    }
    return outputs;
  }

  /** What the client gets, from where the last batch ended. */
  *#outputs(deadline: Deadline): Generator<Buffer | Pause> {
    const held = this.#held;
    this.#held = undefined;
    if (held) yield held;
    yield* this.#skipCovered(deadline);
    for (const found of this.ordered(deadline)) {
      if (found === pause) yield pause;
      else if (this.#skipLeft > 0) this.#skipLeft -= 1;
      else yield this.#output(found);
    }
  }

  /** Entries that are known to match are skipped without reading their documents. */
  *#skipCovered(deadline: Deadline): Steps<void> {
    if (this.#filter || this.needsSort || this.#skipLeft === 0) return;
    for (const entry of this.#scan.entries(deadline)) {
      if (entry === pause) yield pause;
      else this.#skipLeft -= 1;
      if (this.#skipLeft === 0) return;
    }
  }

  #output({ bytes, document, arrayIndex }: FoundDocument): Buffer {
    if (!this.#project) return bytes;
    return encodeDocument(this.#project(document ?? decodeDocument(bytes), arrayIndex));
  }
}
