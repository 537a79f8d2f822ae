import { Deadline } from '../pace/deadline.ts';
import { pause, type Steps } from '../pace/pace.ts';
import { treePrefix, prefixRange } from '../storage/tree-keys.ts';
import type { Collection } from '../storage/collection.ts';
import type { KeyValueReader } from '../storage/kv.ts';
import type { Cursors } from './cursors.ts';
import type { Store } from './store.ts';
import { deleteDocuments } from './write-documents.ts';

const roundMs = 60_000;
/** Keys removed in one step, so that clearing a large tree does not delay other commands. */
const sweptPerStep = 500;
/** Documents left with one version in one step, at least. */
const settledPerStep = 8;

/**
 * What the engine does by itself: forgets idle cursors, removes expired documents, the bytes of what was dropped and
 * the versions of documents that do not count.
 */
export class Housekeeping {
  readonly #store: Store;
  readonly #timer: NodeJS.Timeout;
  #sweeping: Promise<void> | undefined;
  /** By the tree, the documents left to settle; of a change from before the start it is not known which they are. */
  readonly #unsettled = new Map<number, Iterator<Buffer>>();
  #isStopped = false;

  constructor(store: Store, cursors: Cursors) {
    this.#store = store;
    this.#timer = setInterval(() => {
      cursors.sweep();
      this.sweepDropped();
      void this.expire().catch(() => undefined);
    }, roundMs);
    this.#timer.unref();
  }

  /** Ends when nothing of it is under way any more. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#sweeping;
  }

  /** Removes the documents whose time is over by an index with expireAfterSeconds, if they are in that index. */
  async expire(now = Date.now()): Promise<void> {
    for (const { meta, indexes } of this.#store.catalog.list()) {
      for (const { spec, fields } of indexes) {
        const [field] = fields;
        if (spec.expireAfterSeconds === undefined || !field) continue;
        const isOver = { [field.path]: { $lt: new Date(now - spec.expireAfterSeconds * 1_000) } };
        const filter = { $and: [isOver, spec.partialFilter ?? {}] };
        const { executor } = this.#store;
        const scope = { store: this.#store, namespace: meta, deadline: new Deadline(0, executor.slice) };
        await executor.submit(true, () => deleteDocuments(scope, { filter, isMulti: true }));
      }
    }
  }

  /** Begins to leave these documents of the tree with one version each. */
  settle(tree: number, ids: Iterable<Buffer>): void {
    this.#unsettled.set(tree, ids[Symbol.iterator]());
    this.sweepDropped();
  }

  /** Begins to clear dropped trees, a slice per turn. A failure is tried again with the next round. */
  sweepDropped(): void {
    this.#sweeping ??= this.#sweepAll()
      .catch(() => this.#unsettled.clear())
      .finally(() => {
        this.#sweeping = undefined;
      });
  }

  async #sweepAll(): Promise<void> {
    const { catalog, executor } = this.#store;
    while (!this.#isStopped) {
      const [collection] = catalog.unsettled();
      const [id] = catalog.discardedTrees();
      if (collection) await executor.submit(true, () => this.#settle(collection));
      else if (id !== undefined) await executor.submit(true, () => this.#sweep(id));
      else return;
    }
  }

  /** Begun anew, after a failure as after a rename, it looks at all documents. */
  *#settle(collection: Collection): Steps<void> {
    const { kv, catalog, executor } = this.#store;
    const { id } = collection.meta;
    const ids = this.#unsettled.get(id) ?? idsOf(kv, collection);
    this.#unsettled.delete(id);
    for (let at = 1, next = ids.next(); !next.done; at += 1, next = ids.next()) {
      collection.settle(next.value);
      if (at % settledPerStep > 0 || !executor.slice.isOver) continue;
      yield pause;
      if (this.#isStopped || catalog.get(collection.ns) !== collection) return;
    }
    catalog.setCountingVersion(id, undefined);
  }

  *#sweep(id: number): Steps<void> {
    const { kv, catalog } = this.#store;
    this.#unsettled.delete(id);
    // The drop may have been rolled back since, and then its tree is in use.
    while (!this.#isStopped && catalog.discardedTrees().includes(id)) {
      const keys = Array.from(
        kv.range({ ...prefixRange(treePrefix(id)), limit: sweptPerStep }),
        ({ key }) => key,
      );
      for (const key of keys) kv.remove(key);
      if (keys.length < sweptPerStep) return catalog.forgetTree(id);
      yield pause;
    }
  }
}

const idsAtOnce = 100;

/** All ids of the collection; nothing is open between two of them. */
function* idsOf(kv: KeyValueReader, { prefix, end: upper }: Collection): Generator<Buffer> {
  for (let lower = prefix; ; ) {
    const keys = Array.from(kv.range({ lower, upper, limit: idsAtOnce }), ({ key }) => key);
    for (const key of keys) yield key.subarray(4);
    const last = keys.at(-1);
    if (!last) return;
    lower = Buffer.concat([last, Buffer.alloc(1)]);
  }
}
