import { Deadline } from '../pace/deadline.ts';
import { treePrefix } from '../storage/collection-index.ts';
import { prefixRange } from '../storage/collection.ts';
import type { Cursors } from './cursors.ts';
import type { Store } from './store.ts';
import { deleteDocuments } from './write-documents.ts';

const roundMs = 60_000;
/** Keys removed in one turn, so that clearing a large tree does not delay other commands. */
const sweptPerTurn = 500;

/** What the engine does by itself: forgets idle cursors, removes expired documents and the bytes of what was dropped. */
export class Housekeeping {
  readonly #store: Store;
  readonly #timer: NodeJS.Timeout;
  #sweeping: Promise<void> | undefined;
  #isStopped = false;

  constructor(store: Store, cursors: Cursors) {
    this.#store = store;
    this.#timer = setInterval(() => {
      cursors.sweep();
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

  /** Begins to clear dropped trees, a slice per turn. A failure is tried again after the next drop or start. */
  sweepDropped(): void {
    this.#sweeping ??= this.#sweepAll()
      .catch(() => undefined)
      .finally(() => {
        this.#sweeping = undefined;
      });
  }

  async #sweepAll(): Promise<void> {
    while (!this.#isStopped) {
      const [id] = this.#store.catalog.discardedTrees();
      if (id === undefined) return;
      await this.#store.executor.submit(true, () => this.#sweepSlice(id));
    }
  }

  #sweepSlice(id: number): void {
    const { kv, catalog } = this.#store;
    // The drop may have been rolled back since, and then its tree is in use.
    if (!catalog.discardedTrees().includes(id)) return;
    const keys = Array.from(
      kv.range({ ...prefixRange(treePrefix(id)), limit: sweptPerTurn }),
      ({ key }) => key,
    );
    for (const key of keys) kv.remove(key);
    if (keys.length < sweptPerTurn) catalog.forgetTree(id);
  }
}
