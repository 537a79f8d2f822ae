import { randomBytes } from 'node:crypto';
import type { BsonDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { decodeEntry, encodeEntry } from './catalog-entry.ts';
import { catalogKey, formatKey, formats, requireFormat } from './catalog-keys.ts';
import { CollectionIndex } from './collection-index.ts';
import { treePrefix, prefixRange } from './tree-keys.ts';
import { Collection, type CollectionHome, type CollectionMeta, type Namespace } from './collection.ts';
import type { KeyValueStore } from './kv.ts';
import type { UndoLog } from './undo-log.ts';
import { refuseView } from './view.ts';

/**
 * All collections and their indexes. Tree 0 of the store is the catalog's own: `c<ns>` an entry, `n<id>` a count of
 * documents, `g<id>` a dropped tree still to be swept, `w<id>` which version counts in a tree where documents have two, `t`
 * the next free tree id, `v` the format's version, `j<number>` the journal of the buffered store.
 */
export class Catalog implements CollectionHome {
  readonly kv: KeyValueStore;
  readonly undo: UndoLog;
  readonly #collections = new Map<string, Collection>();
  readonly #counted = new Set<Collection>();
  /** Trees that were dropped since the start, and those of `#hidden` that are not yet in use. */
  readonly #discarded = new Set<number>();
  readonly #hidden = new Set<number>();
  /** Trees in which documents have or had two versions: of all others that need not be looked up. */
  readonly #staged = new Set<number>();
  #nextId = 1;
  #version = 0;

  constructor(kv: KeyValueStore, undo: UndoLog) {
    this.kv = kv;
    this.undo = undo;
    this.#load();
  }

  /**
   * Commits twice without a change: with its first commits LMDB reads its list of free pages, which after much was
   * deleted takes as long as a hundred commits. A full disk is for the first write to tell.
   */
  warmUp(): void {
    for (let i = 0; i < 2; i++) {
      try {
        this.kv.transaction(() => this.kv.put(formatKey, this.kv.get(formatKey) ?? formats.plain));
      } catch {
        return;
      }
    }
  }

  /** Another number whenever a collection or an index has come, gone or changed. */
  get version(): number {
    return this.#version;
  }

  get(ns: string): Collection | undefined {
    return this.#collections.get(ns);
  }

  list(db?: string): Collection[] {
    const all = [...this.#collections.values()];
    return db === undefined ? all : all.filter((collection) => collection.meta.db === db);
  }

  databases(): string[] {
    return [...new Set(this.list().map(({ meta }) => meta.db))].sort();
  }

  /** The collection to write to, created when missing. Throws 166 when the name is a view's. */
  ensure(namespace: Namespace): Collection {
    const collection = this.get(`${namespace.db}.${namespace.name}`) ?? this.create(namespace, {});
    refuseView(collection.meta);
    return collection;
  }

  create({ db, name }: Namespace, options: BsonDocument): Collection {
    requireNamespace({ db, name });
    const meta = { db, name, id: this.takeId(), uuid: newUuid(), options };
    const collection = new Collection(this, meta, { indexes: [], count: 0 });
    this.#set(collection);
    this.saveEntry(collection);
    return collection;
  }

  drop(collection: Collection): void {
    this.#delete(collection);
    this.setCountingVersion(collection.meta.id, undefined);
    for (const id of treesOf(collection)) this.discardTree(id);
  }

  rename(collection: Collection, to: Namespace): Collection {
    requireNamespace(to);
    return this.#change(collection, { ...collection.meta, db: to.db, name: to.name });
  }

  /** A collection like this one, empty and known to nobody, to be filled and then put in its place. */
  makeHidden({ meta, indexes }: Collection): Collection {
    const hidden = indexes.map(({ spec }) => new CollectionIndex(this.takeHiddenId(), spec));
    const home: CollectionHome = {
      kv: this.kv,
      undo: this.undo,
      isDiscarded: () => false,
      countingVersion: () => undefined,
      setCountingVersion: () => undefined,
      saveEntry: () => undefined,
      markCounted: () => undefined,
    };
    return new Collection(home, { ...meta, id: this.takeHiddenId() }, { indexes: hidden, count: 0 });
  }

  /** Puts what a hidden collection holds in the place of all that the other one held. */
  putInPlace(hidden: Collection, collection: Collection): void {
    this.drop(collection);
    for (const id of treesOf(hidden)) this.showTree(id);
    const stored = { indexes: [...hidden.indexes], count: hidden.count };
    const shown = new Collection(this, hidden.meta, stored);
    this.#set(shown);
    this.saveEntry(shown);
    this.markCounted(shown);
  }

  setOptions(collection: Collection, options: BsonDocument): Collection {
    return this.#change(collection, { ...collection.meta, options });
  }

  #change(collection: Collection, meta: CollectionMeta): Collection {
    this.#delete(collection);
    const moved = new Collection(this, meta, { indexes: [...collection.indexes], count: collection.count });
    this.#set(moved);
    this.saveEntry(moved);
    this.markCounted(moved);
    return moved;
  }

  takeId(): number {
    const id = this.#nextId;
    this.undo.push(() => {
      this.#nextId = id;
    });
    this.#nextId = id + 1;
    this.kv.put(catalogKey('t'), treePrefix(this.#nextId));
    return id;
  }

  /** Leaves the tree's bytes to the sweeper; nothing reads them any more. */
  discardTree(id: number): void {
    this.undo.push(() => this.#discarded.delete(id));
    this.#discarded.add(id);
    this.kv.put(catalogKey('g', treePrefix(id)), Buffer.alloc(1));
  }

  isDiscarded(id: number): boolean {
    return this.#discarded.has(id);
  }

  countingVersion(id: number): 'before' | 'after' | undefined {
    if (!this.#staged.has(id)) return undefined;
    const state = this.kv.get(catalogKey('w', treePrefix(id)));
    if (!state) return undefined;
    return state[0] === 1 ? 'after' : 'before';
  }

  setCountingVersion(id: number, version: 'before' | 'after' | undefined): void {
    if (version === undefined && !this.#staged.has(id)) return;
    this.#staged.add(id);
    const key = catalogKey('w', treePrefix(id));
    if (version) this.kv.put(key, Buffer.from([version === 'after' ? 1 : 0]));
    else this.kv.remove(key);
  }

  /** The collections some of whose documents have two versions that nobody is staging any more. */
  unsettled(): Collection[] {
    return this.list().filter(({ isStaging, hasTwoVersions }) => !isStaging && hasTwoVersions);
  }

  /** The trees to sweep. */
  discardedTrees(): number[] {
    return this.#markedTrees('g').filter((id) => !this.#hidden.has(id));
  }

  /** A new tree that nobody reads yet. Until it is shown it counts as dropped, also after a restart. */
  takeHiddenId(): number {
    const id = this.takeId();
    this.#hidden.add(id);
    this.kv.put(catalogKey('g', treePrefix(id)), Buffer.alloc(1));
    return id;
  }

  /** Makes a hidden tree one like others, in the transaction that puts it to use. */
  showTree(id: number): void {
    this.kv.remove(catalogKey('g', treePrefix(id)));
  }

  /** After a hidden tree was shown for good, or will not be. */
  unhide(id: number): void {
    this.#hidden.delete(id);
  }

  #markedTrees(kind: 'g' | 'w'): number[] {
    const entries = this.kv.range(prefixRange(catalogKey(kind)));
    return Array.from(entries, ({ key }) => key.readUInt32BE(5));
  }

  forgetTree(id: number): void {
    this.kv.remove(catalogKey('g', treePrefix(id)));
  }

  saveEntry(collection: Collection): void {
    this.#version += 1;
    this.kv.put(entryKey(collection), encodeEntry(collection));
  }

  markCounted(collection: Collection): void {
    this.#counted.add(collection);
  }

  /** Stores the counts that changed; the last step of every transaction. */
  saveCounts(): void {
    for (const collection of this.#counted) {
      if (this.get(collection.ns) !== collection) continue;
      const bytes = Buffer.allocUnsafe(8);
      bytes.writeDoubleBE(collection.count, 0);
      this.kv.put(catalogKey('n', collection.prefix), bytes);
    }
    this.#counted.clear();
  }

  #load(): void {
    requireFormat(this.kv);
    this.#nextId = this.kv.get(catalogKey('t'))?.readUInt32BE(0) ?? 1;
    for (const id of this.#markedTrees('w')) this.#staged.add(id);
    for (const { value } of this.kv.range(prefixRange(catalogKey('c')))) {
      const { meta, indexes } = decodeEntry(value);
      const count = this.kv.get(catalogKey('n', treePrefix(meta.id)))?.readDoubleBE(0) ?? 0;
      const collection = new Collection(this, meta, { indexes, count });
      this.#collections.set(collection.ns, collection);
    }
  }

  #set(collection: Collection): void {
    this.undo.push(() => this.#collections.delete(collection.ns));
    this.#collections.set(collection.ns, collection);
  }

  #delete(collection: Collection): void {
    this.undo.push(() => this.#collections.set(collection.ns, collection));
    this.#collections.delete(collection.ns);
    collection.stopBuilds();
    this.#version += 1;
    this.kv.remove(entryKey(collection));
  }
}

/** The documents' tree and those of the indexes. */
export function treesOf({ meta, indexes }: Collection): number[] {
  return [meta.id, ...indexes.map(({ id }) => id)];
}

/** Bounded so that every name fits a key; MongoDB's own limit is 255 bytes. */
const namespaceBytesMax = 255;

function entryKey({ ns }: Collection): Buffer {
  return catalogKey('c', Buffer.from(ns, 'utf8'));
}

function requireNamespace({ db, name }: Namespace): void {
  const ns = `${db}.${name}`;
  const isBad =
    db === '' || name === '' || /[\0/\\. "$]/.test(db) || /[\0$]/.test(name) || name.startsWith('system.');
  if (isBad || name.startsWith('.') || Buffer.byteLength(ns) > namespaceBytesMax) {
    throw new CommandError('InvalidNamespace', `Invalid namespace specified '${ns}'`);
  }
}

function newUuid(): Buffer {
  const uuid = randomBytes(16);
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x40;
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80;
  return uuid;
}
