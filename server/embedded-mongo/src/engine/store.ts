import type { Catalog } from '../storage/catalog.ts';
import type { KeyValueStore } from '../storage/kv.ts';
import type { Executor } from './executor.ts';

/** What reading and writing documents needs of the engine. */
export type Store = { readonly kv: KeyValueStore; readonly catalog: Catalog; readonly executor: Executor };
