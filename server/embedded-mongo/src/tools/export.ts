import { EJSON } from 'bson';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { decodeDocument } from '../bson/value.ts';
import type { Collection } from '../storage/collection.ts';
import type { KeyValueReader } from '../storage/kv.ts';
import { withCatalog } from './read-store.ts';

export type ExportOptions = {
  readonly dataDir: string;
  readonly db: string;
  readonly outDir: string;
  /** Every collection of the database when left out. */
  readonly collection?: string | undefined;
  /** mongoexport's default form, which does not tell int from long; canonical (the default here) keeps every type. */
  readonly isRelaxed?: boolean;
};

/**
 * Writes one `<collection>.jsonl` per collection, as mongoexport does and mongoimport reads: all of one moment, also
 * while a server runs on the directory. Returns their counts.
 */
export function exportDatabase(options: ExportOptions): Promise<Map<string, number>> {
  return withCatalog(options.dataDir, async (catalog) => {
    mkdirSync(options.outDir, { recursive: true });
    const counts = new Map<string, number>();
    for (const collection of catalog.list(options.db)) {
      const { name } = collection.meta;
      if (options.collection !== undefined && options.collection !== name) continue;
      const lines = Readable.from(linesOf(catalog.kv, collection, options.isRelaxed ?? false));
      await pipeline(lines, createWriteStream(join(options.outDir, `${name}.jsonl`)));
      counts.set(name, collection.count);
    }
    return counts;
  });
}

function* linesOf(kv: KeyValueReader, collection: Collection, isRelaxed: boolean): Generator<string> {
  for (const { value } of kv.range({ lower: collection.prefix, upper: collection.end })) {
    const bytes = collection.visible(value);
    if (bytes) yield `${EJSON.stringify(decodeDocument(bytes), { relaxed: isRelaxed })}\n`;
  }
}
