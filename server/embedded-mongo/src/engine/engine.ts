import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Deadline } from '../pace/deadline.ts';
import { Catalog } from '../storage/catalog.ts';
import type { Collection, Namespace } from '../storage/collection.ts';
import { checkDataFile, dataFileName, markDataDir } from '../storage/data-file.ts';
import { lockDataDir } from '../storage/data-lock.ts';
import { BufferedStore } from '../storage/buffered-store.ts';
import type { KeyValueStore } from '../storage/kv.ts';
import { openLmdb } from '../storage/lmdb-store.ts';
import { UndoLog } from '../storage/undo-log.ts';
import { Cursors } from './cursors.ts';
import { Executor, type ExecutorOptions } from './executor.ts';
import { FailPoints } from './fail-points.ts';
import { type FindQuery, FindSource } from './find-source.ts';
import { Housekeeping } from './housekeeping.ts';
import type { Store } from './store.ts';

export type EngineOptions = ExecutorOptions & { readonly dataDir: string; readonly isDurable?: boolean };

/** Up to this size a file's list of free pages is short. */
const smallFileBytes = 16 * 1024 * 1024;

/** The store of one data directory with everything that works on it. One thread, one process. */
export class Engine implements Store {
  readonly kv: KeyValueStore;
  readonly catalog: Catalog;
  readonly executor: Executor;
  readonly cursors = new Cursors();
  readonly failPoints = new FailPoints();
  readonly startedAt = Date.now();
  readonly housekeeping: Housekeeping;
  readonly #file: string;
  readonly #release: () => void;

  private constructor(
    kv: KeyValueStore,
    file: string,
    { release, ...pace }: ExecutorOptions & { release: () => void },
  ) {
    this.kv = kv;
    this.#file = file;
    this.#release = release;
    this.catalog = new Catalog(kv, new UndoLog());
    if (this.sizeOnDisk() > smallFileBytes) this.catalog.warmUp();
    this.executor = new Executor(this.catalog, pace);
    this.housekeeping = new Housekeeping(this, this.cursors);
    this.housekeeping.sweepDropped();
  }

  /** Throws when another process has the directory, or when its file is damaged. */
  static open({ dataDir, isDurable = true, ...pace }: EngineOptions): Engine {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const lock = lockDataDir(dataDir);
    try {
      checkDataFile(dataDir);
      const file = join(dataDir, dataFileName);
      const engine = new Engine(new BufferedStore(openLmdb(file, { isDurable })), file, {
        ...pace,
        release: () => lock.release(),
      });
      markDataDir(dataDir);
      return engine;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  collection({ db, name }: Namespace): Collection | undefined {
    return this.catalog.get(`${db}.${name}`);
  }

  find(collection: Collection, query: FindQuery, deadline: Deadline): FindSource {
    return new FindSource(query, { kv: this.kv, collection, deadline });
  }

  dropCollection(collection: Collection): void {
    this.catalog.drop(collection);
    this.cursors.killNamespace(collection.ns);
    this.housekeeping.sweepDropped();
  }

  replaceCollection(target: Collection, hidden: Collection): void {
    this.catalog.putInPlace(hidden, target);
    this.cursors.killNamespace(target.ns);
    this.sweepDropped();
  }

  sweepDropped(): void {
    this.housekeeping.sweepDropped();
  }

  settle({ meta }: Collection, ids: Iterable<Buffer>): void {
    this.housekeeping.settle(meta.id, ids);
  }

  renameCollection(collection: Collection, to: Namespace): void {
    this.catalog.rename(collection, to);
    this.cursors.killNamespace(collection.ns);
  }

  sizeOnDisk(): number {
    return statSync(this.#file).size;
  }

  /** Ends after the commands that were given to it; a long one is ended where it stands. */
  async close(): Promise<void> {
    await this.housekeeping.stop();
    await this.executor.stop();
    await this.kv.close();
    this.#release();
  }
}
