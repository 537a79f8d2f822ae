import type { ObjectId } from 'bson';
import { fitKey, type IndexValue, isLongKey, missing } from '../bson/key-encoding.ts';
import { type BsonDocument, decodeDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { compileFilter, type Filter } from '../query/filter.ts';
import { type IndexField, indexKeys } from './index-keys.ts';
import { describeIndex, type IndexSpec, indexFields } from './index-spec.ts';
import type { KeyValueStore } from './kv.ts';
import { treePrefix } from './tree-keys.ts';

/** What the catalog learns from the documents an index has seen; it only ever grows. */
export type IndexTraits = {
  /** Positions of fields that met an array. */
  multikeyFields: ReadonlySet<number>;
  /** A key was too long to be stored whole: the index no longer orders by value. */
  hasLongKeys: boolean;
};

/** The key as it is stored, and the values it is made of. */
export type KeyedEntry = { readonly stored: Buffer; readonly row: readonly IndexValue[] };

const nothing = Buffer.alloc(0);

/** One secondary index: which keys a document has in it, and putting and removing them. */
export class CollectionIndex {
  readonly spec: IndexSpec;
  readonly fields: readonly IndexField[];
  readonly prefix: Buffer;
  readonly id: number;
  readonly traits: IndexTraits;
  readonly #partial: Filter | undefined;
  /** The document's fields that decide on its keys; undefined: any may. */
  readonly #roots: readonly string[] | undefined;

  constructor(id: number, spec: IndexSpec, traits?: IndexTraits) {
    this.id = id;
    this.spec = spec;
    this.fields = indexFields(spec.key);
    this.prefix = treePrefix(id);
    this.traits = traits ?? { multikeyFields: new Set(), hasLongKeys: false };
    this.#partial = spec.partialFilter && compileFilter(spec.partialFilter);
    this.#roots = rootsOf(spec);
  }

  /** Whether both documents have the same keys because they share every value that decides on them. */
  hasSameKeys(before: BsonDocument, after: BsonDocument): boolean {
    return this.#roots?.every((root) => before[root] === after[root]) ?? false;
  }

  /** The keys of this document as stored, and what they teach about the index. */
  keysOf(document: BsonDocument, idKey: Buffer): { entries: KeyedEntry[]; traits: IndexTraits } {
    const none = { entries: [], traits: { multikeyFields: new Set<number>(), hasLongKeys: false } };
    if (this.#partial && !this.#partial.matches(document)) return none;
    const frame = { head: this.prefix, tail: this.spec.isUnique ? nothing : idKey };
    const { entries, multikeyFields, isAbsent } = indexKeys(document, this.fields, frame);
    if (this.spec.isSparse && isAbsent) return none;
    let hasLongKeys = false;
    const keyed = entries.map(({ key, row }): KeyedEntry => {
      if (!isLongKey(key, this.prefix.length)) return { stored: key, row };
      hasLongKeys = true;
      return { stored: Buffer.concat([this.prefix, fitKey(key.subarray(this.prefix.length))]), row };
    });
    return { entries: keyed, traits: { multikeyFields, hasLongKeys } };
  }

  /** Whether the document has the key in this index. */
  leadsTo(stored: Buffer, idKey: Buffer, bytes: Buffer): boolean {
    return this.keysOf(decodeDocument(bytes), idKey).entries.some((entry) => entry.stored.equals(stored));
  }

  /** Throws 11000 when another document owns one of the keys. */
  requireFree(kv: KeyValueStore, entries: readonly KeyedEntry[], owner: { idKey: Buffer; ns: string }): void {
    if (!this.spec.isUnique) return;
    for (const { stored, row } of entries) {
      const holder = kv.get(stored);
      if (holder && !holder.equals(owner.idKey)) throw duplicateKey(owner.ns, this.spec, row);
    }
  }

  describe(): BsonDocument {
    return describeIndex(this.spec);
  }
}

function rootsOf({ key, partialFilter = {} }: IndexSpec): readonly string[] | undefined {
  const paths = [...Object.keys(key), ...Object.keys(partialFilter)];
  if (paths.some((path) => path.startsWith('$'))) return undefined;
  return [...new Set(paths.map((path) => path.split('.', 1)[0] ?? ''))];
}

type KeyedSpec = { readonly name: string; readonly key: BsonDocument };

export function duplicateKey(ns: string, { name, key }: KeyedSpec, row: readonly IndexValue[]): CommandError {
  const paths = Object.keys(key);
  const values = paths.map((path, i) => [path, typeof row[i] === 'symbol' ? null : row[i]] as const);
  const shown = paths.map((path, i) => `${path}: ${show(row[i])}`).join(', ');
  return new CommandError(
    'DuplicateKey',
    `E11000 duplicate key error collection: ${ns} index: ${name} dup key: { ${shown} }`,
    { extra: { keyPattern: key, keyValue: Object.fromEntries(values) } },
  );
}

function show(value: IndexValue): string {
  if (value === missing || value === undefined || typeof value === 'symbol') return 'null';
  if (isObjectId(value)) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  return JSON.stringify(value) ?? 'null';
}

function isObjectId(value: unknown): value is ObjectId {
  return (
    typeof value === 'object' && value !== null && '_bsontype' in value && value._bsontype === 'ObjectId'
  );
}

/** What an index gains and loses when a document that has the first keys gets the second. */
export function difference(before: readonly KeyedEntry[], after: readonly KeyedEntry[]) {
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
