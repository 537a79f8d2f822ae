import type { Catalog } from '../storage/catalog.ts';
import type { Collection } from '../storage/collection.ts';
import type { KeyValueStore } from '../storage/kv.ts';
import type { Executor } from './executor.ts';

/** What reading and writing documents needs of the engine. */
export interface Store {
  readonly kv: KeyValueStore;
  readonly catalog: Catalog;
  readonly executor: Executor;
  /** Puts what a hidden collection holds in the place of all that the target holds. */
  replaceCollection(target: Collection, hidden: Collection): void;
  /** Begins to clear the trees that nothing uses any more. */
  sweepDropped(): void;
  /** Begins to leave of each of these documents the version that counts. */
  settle(collection: Collection, ids: Iterable<Buffer>): void;
}
