import { Binary } from 'bson';
import { type BsonValue, decodeDocument, encodeDocument, isDocument } from '../bson/value.ts';
import { CollectionIndex } from './collection-index.ts';
import type { Collection, CollectionMeta } from './collection.ts';
import { readIndexSpec } from './index-spec.ts';

/** How a collection is kept in the catalog's tree. */
export function encodeEntry({ meta, indexes }: Collection): Buffer {
  return encodeDocument({
    db: meta.db,
    name: meta.name,
    id: meta.id,
    uuid: new Binary(meta.uuid, Binary.SUBTYPE_UUID),
    options: meta.options,
    indexes: indexes.map((index) => ({
      id: index.id,
      spec: index.describe(),
      multikeyFields: [...index.traits.multikeyFields],
      hasLongKeys: index.traits.hasLongKeys,
    })),
  });
}

export function decodeEntry(bytes: Buffer): { meta: CollectionMeta; indexes: CollectionIndex[] } {
  const { db, name, id, uuid, options, indexes } = decodeDocument(bytes);
  if (!(uuid instanceof Binary) || !isDocument(options) || !Array.isArray(indexes)) throw damaged();
  const meta = { db: text(db), name: text(name), id: Number(id), uuid: Buffer.from(uuid.value()), options };
  return { meta, indexes: indexes.map(decodeIndex) };
}

function decodeIndex(entry: BsonValue): CollectionIndex {
  if (!isDocument(entry)) throw damaged();
  const { id, spec, multikeyFields, hasLongKeys } = entry;
  if (!isDocument(spec) || !Array.isArray(multikeyFields)) throw damaged();
  const traits = { multikeyFields: new Set(multikeyFields.map(Number)), hasLongKeys: hasLongKeys === true };
  return new CollectionIndex(Number(id), readIndexSpec(spec), traits);
}

function text(value: BsonValue): string {
  if (typeof value !== 'string') throw damaged();
  return value;
}

function damaged(): Error {
  return new Error('The catalog of the data directory is damaged');
}
