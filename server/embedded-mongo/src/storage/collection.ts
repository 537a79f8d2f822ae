import type { Deadline } from '../pace/deadline.ts';
import type { Steps } from '../pace/pace.ts';
import { encodeValue, fitKey, prefixEnd } from '../bson/key-encoding.ts';
import type { BsonDocument, BsonValue } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import {
  type CollectionIndex,
  duplicateKey,
  type KeyedEntry,
  type IndexTraits,
  treePrefix,
} from './collection-index.ts';
import { IndexBuild } from './index-build.ts';
import type { KeyValueStore } from './kv.ts';
import type { UndoLog } from './undo-log.ts';

export const documentBytesMax = 16 * 1024 * 1024;

export type Namespace = { readonly db: string; readonly name: string };

export type CollectionMeta = Namespace & {
  readonly id: number;
  readonly uuid: Buffer;
  readonly options: BsonDocument;
};

/** Where the collection keeps its bytes, and whom it tells when its catalog entry has to be stored again. */
export type CollectionHome = {
  readonly kv: KeyValueStore;
  readonly undo: UndoLog;
  isDiscarded(tree: number): boolean;
  saveEntry(collection: Collection): void;
  markCounted(collection: Collection): void;
};

export type StoredDocument = {
  readonly idKey: Buffer;
  readonly bytes: Buffer;
  readonly document: BsonDocument;
};

/** A document to store: its bytes and the same decoded. */
export type NewDocument = { readonly bytes: Buffer; readonly document: BsonDocument };

/** Documents by _id with their index entries. Every method that writes runs inside the caller's transaction. */
export class Collection {
  readonly meta: CollectionMeta;
  readonly ns: string;
  readonly prefix: Buffer;
  readonly end: Buffer;
  indexes: readonly CollectionIndex[];
  count: number;
  readonly #home: CollectionHome;
  readonly #builds = new Set<IndexBuild>();

  constructor(
    home: CollectionHome,
    meta: CollectionMeta,
    stored: { indexes: CollectionIndex[]; count: number },
  ) {
    this.#home = home;
    this.meta = meta;
    this.ns = `${meta.db}.${meta.name}`;
    this.prefix = treePrefix(meta.id);
    this.end = treePrefix(meta.id + 1);
    this.indexes = stored.indexes;
    this.count = stored.count;
  }

  /** Whether its documents, and the index, have not been dropped since. */
  isReadable(index?: CollectionIndex): boolean {
    const { meta } = this;
    return !this.#home.isDiscarded(meta.id) && !(index && this.#home.isDiscarded(index.id));
  }

  keyOf(idKey: Buffer): Buffer {
    return Buffer.concat([this.prefix, idKey]);
  }

  getBytes(idKey: Buffer): Buffer | undefined {
    return this.#home.kv.get(this.keyOf(idKey));
  }

  /** Throws 11000 when the _id or a unique key is taken; nothing of this document is stored then. */
  insert({ bytes, document }: NewDocument): void {
    requireSize(bytes);
    const id = document['_id'];
    const idKey = encodeId(id);
    if (this.#home.kv.has(this.keyOf(idKey))) {
      throw duplicateKey(this.ns, { name: '_id_', key: { _id: 1 } }, [id]);
    }
    const additions = this.indexes.map((index) => ({ index, ...index.keysOf(document, idKey) }));
    for (const { index, entries } of additions) {
      index.requireFree(this.#home.kv, entries, { idKey, ns: this.ns });
    }
    for (const build of this.#builds) build.follow({ idKey, after: document });
    this.#home.kv.put(this.keyOf(idKey), bytes);
    for (const { index, entries, traits } of additions) {
      this.#learn(index, traits);
      for (const { stored } of entries) this.#home.kv.put(stored, idKey);
    }
    this.#count(1);
  }

  /** Puts the new version in the place of the stored one; the _id has to be the same. */
  replace(stored: StoredDocument, { bytes, document }: NewDocument): void {
    requireSize(bytes);
    const { idKey } = stored;
    const changes = this.indexes.map((index) => {
      const before = index.keysOf(stored.document, idKey);
      const after = index.keysOf(document, idKey);
      return { index, traits: after.traits, ...difference(before.entries, after.entries) };
    });
    for (const { index, added } of changes) {
      index.requireFree(this.#home.kv, added, { idKey, ns: this.ns });
    }
    for (const build of this.#builds) build.follow({ idKey, before: stored.document, after: document });
    for (const { index, traits, added, removed } of changes) {
      this.#learn(index, traits);
      for (const entry of removed) this.#home.kv.remove(entry.stored);
      for (const entry of added) this.#home.kv.put(entry.stored, idKey);
    }
    this.#home.kv.put(this.keyOf(idKey), bytes);
  }

  remove({ idKey, document }: StoredDocument): void {
    for (const build of this.#builds) build.follow({ idKey, before: document });
    for (const index of this.indexes) {
      for (const { stored } of index.keysOf(document, idKey).entries) this.#home.kv.remove(stored);
    }
    this.#home.kv.remove(this.keyOf(idKey));
    this.#count(-1);
  }

  /**
   * Adds the index with its entries for every document there is. Until it ends readers do not know the index, and
   * nothing of it is left after a failure or a restart.
   */
  *addIndex(index: CollectionIndex, deadline: Deadline): Steps<void> {
    const build = new IndexBuild(index, this, this.#home);
    this.#builds.add(build);
    try {
      yield* build.run(deadline);
    } finally {
      this.#builds.delete(build);
    }
    this.setIndexes([...this.indexes, index]);
  }

  get isBuilding(): boolean {
    return this.#builds.size > 0;
  }

  /** Ends what is being built: another collection takes this one's place, or none does. */
  stopBuilds(): void {
    for (const build of this.#builds) build.stop();
  }

  setIndexes(indexes: readonly CollectionIndex[]): void {
    const before = this.indexes;
    this.#home.undo.push(() => {
      this.indexes = before;
    });
    this.indexes = indexes;
    this.#home.saveEntry(this);
  }

  #learn(index: CollectionIndex, seen: IndexTraits): void {
    const { traits } = index;
    const known = traits.multikeyFields;
    const isMultikeyNews =
      seen.multikeyFields.size > 0 && [...seen.multikeyFields].some((i) => !known.has(i));
    const isLongNews = seen.hasLongKeys && !traits.hasLongKeys;
    if (!isMultikeyNews && !isLongNews) return;
    const before = { ...traits };
    this.#home.undo.push(() => Object.assign(traits, before));
    traits.multikeyFields = new Set([...known, ...seen.multikeyFields]);
    traits.hasLongKeys ||= seen.hasLongKeys;
    if (this.indexes.includes(index)) this.#home.saveEntry(this);
  }

  #count(change: 1 | -1): void {
    this.count += change;
    this.#home.undo.push(() => {
      this.count -= change;
    });
    this.#home.markCounted(this);
  }
}

/** The document's key in its collection, without the collection's prefix. */
export function encodeId(id: BsonValue): Buffer {
  return fitKey(encodeValue(id));
}

/** The range of all keys that begin with these bytes. */
export function prefixRange(prefix: Buffer): { lower: Buffer; upper: Buffer } {
  return { lower: prefix, upper: prefixEnd(prefix) ?? Buffer.alloc(5, 0xff) };
}

function requireSize(bytes: Buffer): void {
  if (bytes.length <= documentBytesMax) return;
  throw new CommandError(
    'BSONObjectTooLarge',
    `object to insert too large. size in bytes: ${bytes.length}, max size: ${documentBytesMax}`,
  );
}

function difference(before: readonly KeyedEntry[], after: readonly KeyedEntry[]) {
  const [first, second] = [before[0], after[0]];
  if (before.length === 1 && after.length === 1 && first && second) {
    return first.stored.equals(second.stored)
      ? { added: [], removed: [] }
      : { added: after, removed: before };
  }
  const old = new Set(before.map(({ stored }) => stored.toString('latin1')));
  const kept = new Set(after.map(({ stored }) => stored.toString('latin1')));
  return {
    added: after.filter(({ stored }) => !old.has(stored.toString('latin1'))),
    removed: before.filter(({ stored }) => !kept.has(stored.toString('latin1'))),
  };
}
