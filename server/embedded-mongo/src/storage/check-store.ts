import { decodeDocument } from '../bson/value.ts';
import type { Deadline } from '../pace/deadline.ts';
import { pause, type Steps } from '../pace/pace.ts';
import type { Catalog } from './catalog.ts';
import type { CollectionIndex } from './collection-index.ts';
import type { Collection } from './collection.ts';
import { encodeId, prefixRange } from './tree-keys.ts';
import { countInSteps } from './count-range.ts';
import type { KeyValue, KeyValueReader } from './kv.ts';
import { hasTwoVersions, splitVersions } from './two-versions.ts';

export type CollectionReport = {
  readonly ns: string;
  readonly documents: number;
  readonly indexes: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
};

const problemsMax = 100;

/**
 * Compares every document with every index entry, both ways, and with what the catalog says of them. The catalog has to
 * be a snapshot's, or the deadline one that never asks for a pause: what others write in between looks like a problem.
 */
export function* checkCollection(
  { kv }: Catalog,
  collection: Collection,
  deadline: Deadline,
): Steps<CollectionReport> {
  const problems: string[] = [];
  const report = (problem: string) => {
    if (problems.length < problemsMax) problems.push(problem);
  };
  const expected = new Map<CollectionIndex, number>(collection.indexes.map((index) => [index, 0]));
  let documents = 0;
  for (const stored of kv.range({ lower: collection.prefix, upper: collection.end })) {
    if (collection.visible(stored.value)) documents += 1;
    for (const [index, count] of checkDocument(kv, collection, { stored, report })) {
      expected.set(index, (expected.get(index) ?? 0) + count);
    }
    deadline.tick();
    if (deadline.isPauseDue()) yield pause;
  }
  if (documents !== collection.count)
    report(`the count says ${collection.count}, there are ${documents} documents`);
  const indexes: Record<string, number> = { _id_: documents };
  for (const [index, count] of expected) {
    const found = yield* countInSteps(kv, prefixRange(index.prefix), deadline);
    indexes[index.spec.name] = found;
    if (found !== count) report(`${index.spec.name} has ${found} entries, its documents make ${count}`);
  }
  return { ns: collection.ns, documents, indexes, problems };
}

type Checked = { readonly stored: KeyValue; readonly report: (problem: string) => void };

/** How many entries each index should have for the document. */
function* checkDocument(
  kv: KeyValueReader,
  collection: Collection,
  { stored: { key, value }, report }: Checked,
): Generator<readonly [CollectionIndex, number]> {
  const idKey = key.subarray(4);
  const versions = versionsOf(value).map((bytes) => decodeDocument(bytes));
  if (!versions.every((document) => encodeId(document['_id']).equals(idKey)))
    report(`a document lies under another _id: ${show(idKey)}`);
  for (const index of collection.indexes) {
    const keys = versions.map((document) => index.keysOf(document, idKey));
    const entries = new Map(
      keys.flatMap((key) => key.entries.map(({ stored }) => [stored.toString('latin1'), stored])),
    );
    for (const stored of entries.values()) {
      const owner = kv.get(stored);
      if (!owner) report(`${index.spec.name} has no entry for document ${show(idKey)}`);
      else if (!owner.equals(idKey))
        report(`${index.spec.name} leads to ${show(owner)} instead of ${show(idKey)}`);
    }
    const isUnknown = keys.some(({ traits }) =>
      [...traits.multikeyFields].some((i) => !index.traits.multikeyFields.has(i)),
    );
    if (isUnknown) report(`${index.spec.name} is not marked multikey but has a document with an array`);
    yield [index, entries.size];
  }
}

function versionsOf(record: Buffer): Buffer[] {
  if (!hasTwoVersions(record)) return [record];
  const { before, after } = splitVersions(record);
  return after ? [before, after] : [before];
}

/** Trees that belong to no collection, no index and no drop that is still being swept. */
export function findOrphanTrees(catalog: Catalog): number[] {
  const known = new Set([0, ...catalog.discardedTrees()]);
  for (const { meta, indexes } of catalog.list()) {
    known.add(meta.id);
    for (const { id } of indexes) known.add(id);
  }
  const orphans: number[] = [];
  let lower = Buffer.alloc(4);
  for (;;) {
    const [entry] = catalog.kv.range({ lower, upper: Buffer.alloc(5, 0xff), limit: 1 });
    if (!entry) return orphans;
    const id = entry.key.readUInt32BE(0);
    if (!known.has(id)) orphans.push(id);
    lower = Buffer.from(prefixRange(entry.key.subarray(0, 4)).upper);
  }
}

function show(idKey: Buffer): string {
  return idKey.toString('hex').slice(0, 64);
}
