import type { Deadline } from '../pace/deadline.ts';
import { pause, type Steps } from '../pace/pace.ts';
import { type BsonDocument, decodeDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import {
  type CollectionIndex,
  difference,
  duplicateKey,
  type KeyedEntry,
  type IndexTraits,
} from './collection-index.ts';
import { encodeId, treePrefix } from './tree-keys.ts';
import { IndexBuild } from './index-build.ts';
import type { KeyValueStore } from './kv.ts';
import type { StagedChange } from './staged-change.ts';
import { hasTwoVersions, joinVersions, splitVersions } from './two-versions.ts';
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
  /** Of a tree in which documents have two versions, which of them counts. */
  countingVersion(tree: number): 'before' | 'after' | undefined;
  setCountingVersion(tree: number, version: 'before' | 'after' | undefined): void;
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
  #staging: StagedChange | undefined;

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
    return !this.#home.isDiscarded(this.meta.id) && !(index && this.#home.isDiscarded(index.id));
  }

  keyOf(idKey: Buffer): Buffer {
    return Buffer.concat([this.prefix, idKey]);
  }

  /** The document as everybody sees it. */
  getBytes(idKey: Buffer): Buffer | undefined {
    const record = this.#home.kv.get(this.keyOf(idKey));
    return record && this.visible(record);
  }

  /** What counts of a stored record: of two versions the one from before a large statement, until that is complete. */
  visible(record: Buffer): Buffer | undefined {
    if (!hasTwoVersions(record)) return record;
    return splitVersions(record)[this.#home.countingVersion(this.meta.id) ?? 'before'];
  }

  /** Whether some documents have two versions, and an index may lead to one that does not count. */
  get hasTwoVersions(): boolean {
    return this.#home.countingVersion(this.meta.id) !== undefined;
  }

  /** Throws 11000 when the _id or a unique key is taken; nothing of this document is stored then. */
  insert({ bytes, document }: NewDocument): void {
    requireSize(bytes);
    const id = document['_id'];
    const idKey = encodeId(id);
    if (this.hasTwoVersions) this.settle(idKey);
    if (this.#home.kv.has(this.keyOf(idKey))) {
      throw duplicateKey(this.ns, { name: '_id_', key: { _id: 1 } }, [id]);
    }
    const additions = this.indexes.map((index) => ({ index, ...index.keysOf(document, idKey) }));
    for (const { index, entries } of additions) this.#requireFree(index, entries, idKey);
    for (const build of this.#builds) build.follow({ idKey, after: document });
    this.#home.kv.put(this.keyOf(idKey), bytes);
    for (const { index, entries, traits } of additions) {
      this.#learn(index, traits);
      for (const { stored } of entries) this.#home.kv.putLater(stored, idKey);
    }
    this.#count(1);
  }

  /** Puts the new version in the place of the stored one; the _id has to be the same. */
  replace(stored: StoredDocument, { bytes, document }: NewDocument): void {
    requireSize(bytes);
    const { idKey } = stored;
    if (this.hasTwoVersions) this.settle(idKey);
    const changes = this.#changes(idKey, stored.document, document);
    for (const { index, added } of changes) this.#requireFree(index, added, idKey);
    for (const build of this.#builds) build.follow({ idKey, before: stored.document, after: document });
    for (const { index, traits, added, removed } of changes) {
      this.#learn(index, traits);
      for (const entry of removed) this.#home.kv.removeLater(entry.stored);
      for (const entry of added) this.#home.kv.putLater(entry.stored, idKey);
    }
    this.#home.kv.put(this.keyOf(idKey), bytes);
  }

  remove({ idKey, document }: StoredDocument): void {
    if (this.hasTwoVersions) this.settle(idKey);
    for (const build of this.#builds) build.follow({ idKey, before: document });
    for (const index of this.indexes) {
      for (const { stored } of index.keysOf(document, idKey).entries) this.#home.kv.removeLater(stored);
    }
    this.#home.kv.remove(this.keyOf(idKey));
    this.#count(-1);
  }

  /** Begins a change of many documents; only when none is under way and nothing is left of the last. */
  beginStaging(staging: StagedChange): void {
    this.#staging = staging;
    this.#home.setCountingVersion(this.meta.id, 'before');
  }

  isStaged(idKey: Buffer): boolean {
    const record = this.#home.kv.get(this.keyOf(idKey));
    return record !== undefined && hasTwoVersions(record);
  }

  /**
   * Puts another version beside the stored one, which goes on counting, and its index entries beside the others. Without
   * one the document is to be removed. Throws 11000 when another document has or will have one of the unique keys.
   */
  stage(stored: StoredDocument, after: NewDocument | undefined): void {
    if (after) requireSize(after.bytes);
    const { idKey } = stored;
    const changes = after ? this.#changes(idKey, stored.document, after.document) : [];
    for (const { index, added } of changes) {
      index.requireFree(this.#home.kv, added, { idKey, ns: this.ns });
    }
    for (const { index, traits, added } of changes) {
      this.#learn(index, traits);
      for (const entry of added) this.#home.kv.putLater(entry.stored, idKey);
    }
    this.#home.kv.put(this.keyOf(idKey), joinVersions({ before: stored.bytes, after: after?.bytes }));
    this.#staging?.add(after === undefined);
  }

  /** Makes all new versions the ones that count. */
  publish({ removedCount }: StagedChange): void {
    this.#home.setCountingVersion(this.meta.id, 'after');
    this.#count(-removedCount);
  }

  /** After a publication or a failure. */
  endStaging(): void {
    this.#staging = undefined;
  }

  /** Waits while an index is being made, or many documents are being changed or not yet settled after that. */
  *untilIdle(deadline: Deadline): Steps<void> {
    while (this.#builds.size > 0 || this.hasTwoVersions) {
      deadline.tick();
      yield pause;
    }
  }

  get isStaging(): boolean {
    return this.#staging !== undefined;
  }

  /** Leaves of the document's two versions, if it has two, the one that counts. */
  settle(idKey: Buffer): void {
    const { kv, undo } = this.#home;
    const record = kv.get(this.keyOf(idKey));
    if (!record || !hasTwoVersions(record)) return;
    const versions = splitVersions(record);
    const isPublished = this.#home.countingVersion(this.meta.id) === 'after';
    const kept = isPublished ? versions.after : versions.before;
    const gone = isPublished ? versions.before : versions.after;
    for (const index of gone ? this.indexes : []) {
      const entriesOf = (bytes: Buffer | undefined) =>
        bytes ? index.keysOf(decodeDocument(bytes), idKey).entries : [];
      for (const { stored } of difference(entriesOf(gone), entriesOf(kept)).removed) {
        if (kv.get(stored)?.equals(idKey)) kv.removeLater(stored);
      }
    }
    if (kept) kv.put(this.keyOf(idKey), kept);
    else kv.remove(this.keyOf(idKey));
    if (!isPublished) this.#staging?.lose(idKey, !versions.after, (step) => undo.push(step));
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

  #changes(idKey: Buffer, before: BsonDocument, after: BsonDocument) {
    return this.indexes.flatMap((index) => {
      if (index.hasSameKeys(before, after)) return [];
      const { entries, traits } = index.keysOf(after, idKey);
      return { index, traits, ...difference(index.keysOf(before, idKey).entries, entries) };
    });
  }

  /** A key that only another document's uncounted version has is taken from it. */
  #requireFree(index: CollectionIndex, entries: readonly KeyedEntry[], idKey: Buffer): void {
    const { kv } = this.#home;
    if (index.spec.isUnique && entries.length > 0 && this.hasTwoVersions) {
      for (const { stored } of entries) {
        const holder = kv.get(stored);
        if (holder && !holder.equals(idKey)) this.settle(holder);
      }
    }
    index.requireFree(kv, entries, { idKey, ns: this.ns });
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

  #count(change: number): void {
    this.count += change;
    this.#home.undo.push(() => {
      this.count -= change;
    });
    this.#home.markCounted(this);
  }
}

function requireSize(bytes: Buffer): void {
  if (bytes.length <= documentBytesMax) return;
  throw new CommandError(
    'BSONObjectTooLarge',
    `object to insert too large. size in bytes: ${bytes.length}, max size: ${documentBytesMax}`,
  );
}
