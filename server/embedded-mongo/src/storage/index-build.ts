import { type BsonDocument, decodeDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import type { Deadline } from '../pace/deadline.ts';
import { pause, type Steps } from '../pace/pace.ts';
import { sortInSteps } from '../pace/sort-in-steps.ts';
import type { CollectionIndex, KeyedEntry } from './collection-index.ts';
import type { KeyValueStore } from './kv.ts';
import { PackedKeys } from './packed-keys.ts';
import type { UndoLog } from './undo-log.ts';

/** What a write does to one document; without `before` it is new, without `after` it goes. */
export type DocumentChange = {
  readonly idKey: Buffer;
  readonly before?: BsonDocument;
  readonly after?: BsonDocument;
};

type Home = { readonly kv: KeyValueStore; readonly undo: UndoLog };
type Documents = { readonly ns: string; readonly prefix: Buffer; readonly end: Buffer };
/** Places of an entry's key and of its document's. */
type Gathered = { readonly stored: number; readonly idKey: number };

/** Entries that are sorted together before they are stored; sorted ones touch few pages of the file. */
const gatheredMax = 20_000;

/**
 * An index that is being made while others read and write the collection. Readers do not know it; every write keeps it
 * up to date, so that the walk over the documents may meet each of them at any time.
 */
export class IndexBuild {
  readonly #index: CollectionIndex;
  readonly #documents: Documents;
  readonly #home: Home;
  /** Why there will be no index: two documents that do not get along in it, or the end of the collection. */
  #failure: CommandError | undefined;
  /** Documents written since the last entries were gathered. What was gathered of them no longer counts. */
  readonly #touched = new Set<string>();
  /** Packed, because what is kept as objects over many turns is what garbage collections have to carry along. */
  #keys = new PackedKeys();
  #gathered: Gathered[] = [];

  constructor(index: CollectionIndex, documents: Documents, home: Home) {
    this.#index = index;
    this.#documents = documents;
    this.#home = home;
  }

  /** Takes a write over. It never fails one: the index is not there yet, so it is the build that fails. */
  follow({ idKey, before, after }: DocumentChange): void {
    const { kv } = this.#home;
    this.#touch(idKey.toString('latin1'));
    this.#orFail(() => {
      for (const { stored } of before ? this.#index.keysOf(before, idKey).entries : []) {
        if (kv.get(stored)?.equals(idKey)) kv.remove(stored);
      }
      if (after) this.#put(this.#learn(after, idKey), idKey);
    });
  }

  /** Ends the build: its collection is another one now, or none. */
  stop(): void {
    this.#failure ??= new CommandError(
      'IndexBuildAborted',
      `${this.#documents.ns} was dropped, renamed or changed while its index ${this.#index.spec.name} was made`,
    );
  }

  /** Adds all documents there are. Throws 11000 for the first that may not be in the index beside another. */
  *run(deadline: Deadline): Steps<void> {
    for (let lower: Buffer | undefined = this.#documents.prefix; lower; ) {
      lower = this.#gather(lower, deadline);
      if (!lower || this.#gathered.length >= gatheredMax) yield* this.#storeGathered(deadline);
      if (lower) yield pause;
      if (this.#failure) throw this.#failure;
    }
  }

  /** Until a pause is due. Returns where to go on. */
  #gather(lower: Buffer, deadline: Deadline): Buffer | undefined {
    for (const { key, value } of this.#home.kv.range({ lower, upper: this.#documents.end })) {
      deadline.tick();
      const idKey = key.subarray(4);
      for (const { stored } of this.#learn(decodeDocument(value), idKey)) {
        this.#gathered.push({ stored: this.#keys.add(stored), idKey: this.#keys.add(idKey) });
      }
      if (this.#gathered.length < gatheredMax && !deadline.isPauseDue()) continue;
      return Buffer.concat([key, Buffer.alloc(1)]);
    }
    return undefined;
  }

  *#storeGathered(deadline: Deadline): Steps<void> {
    const keys = this.#keys;
    const byKey = (a: Gathered, b: Gathered) => keys.compare(a.stored, b.stored);
    for (const { stored, idKey } of yield* sortInSteps(this.#gathered, byKey, deadline)) {
      const id = keys.at(idKey);
      if (!this.#touched.has(id.toString('latin1'))) this.#putOne(keys.at(stored), id);
      if (!deadline.isPauseDue()) continue;
      yield pause;
      if (this.#failure) throw this.#failure;
    }
    this.#keys = new PackedKeys();
    this.#gathered = [];
    this.#touched.clear();
  }

  #putOne(stored: Buffer, idKey: Buffer): void {
    const { kv } = this.#home;
    const holder = this.#index.spec.isUnique ? kv.get(stored) : undefined;
    if (holder?.equals(idKey) === false) this.#refuseDuplicate(idKey);
    kv.put(stored, idKey);
  }

  /** Throws for what another document has in the index already. */
  #refuseDuplicate(idKey: Buffer): void {
    const bytes = this.#home.kv.get(Buffer.concat([this.#documents.prefix, idKey]));
    const { entries } = this.#index.keysOf(bytes ? decodeDocument(bytes) : {}, idKey);
    this.#index.requireFree(this.#home.kv, entries, { idKey, ns: this.#documents.ns });
  }

  #put(entries: readonly KeyedEntry[], idKey: Buffer): void {
    const { kv } = this.#home;
    this.#index.requireFree(kv, entries, { idKey, ns: this.#documents.ns });
    for (const { stored } of entries) kv.put(stored, idKey);
  }

  #learn(document: BsonDocument, idKey: Buffer): KeyedEntry[] {
    const { entries, traits } = this.#index.keysOf(document, idKey);
    const known = this.#index.traits;
    if (traits.multikeyFields.size > 0) {
      known.multikeyFields = new Set([...known.multikeyFields, ...traits.multikeyFields]);
    }
    known.hasLongKeys ||= traits.hasLongKeys;
    return entries;
  }

  #touch(id: string): void {
    if (this.#touched.has(id)) return;
    this.#home.undo.push(() => this.#touched.delete(id));
    this.#touched.add(id);
  }

  #orFail(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof CommandError) || error.codeName === 'OutOfDiskSpace') throw error;
      const before = this.#failure;
      this.#home.undo.push(() => {
        this.#failure = before;
      });
      this.#failure ??= error;
    }
  }
}
