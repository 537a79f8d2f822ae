import { EJSON } from 'bson';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { decodeDocument } from '../bson/value.ts';
import { Engine } from '../engine/engine.ts';
import type { Collection } from '../storage/collection.ts';
import type { KeyValueStore } from '../storage/kv.ts';

export type ExportOptions = {
  readonly dataDir: string;
  readonly db: string;
  readonly outDir: string;
  /** Every collection of the database when left out. */
  readonly collection?: string | undefined;
  /** mongoexport's default form, which does not tell int from long; canonical (the default here) keeps every type. */
  readonly isRelaxed?: boolean;
};

/** Writes one `<collection>.jsonl` per collection, as mongoexport does and mongoimport reads. Returns their counts. */
export async function exportDatabase(options: ExportOptions): Promise<Map<string, number>> {
  const engine = Engine.open({ dataDir: options.dataDir });
  try {
    mkdirSync(options.outDir, { recursive: true });
    const counts = new Map<string, number>();
    for (const collection of engine.catalog.list(options.db)) {
      const { name } = collection.meta;
      if (options.collection !== undefined && options.collection !== name) continue;
      const lines = Readable.from(linesOf(engine.kv, collection, options.isRelaxed ?? false));
      await pipeline(lines, createWriteStream(join(options.outDir, `${name}.jsonl`)));
      counts.set(name, collection.count);
    }
    return counts;
  } finally {
    await engine.close();
  }
}

const linesPerRead = 500;

/** Reads in slices, because a stream waits for its file and an iteration of the store must end within one turn. */
function* linesOf(kv: KeyValueStore, { prefix, end }: Collection, isRelaxed: boolean): Generator<string> {
  let lower = prefix;
  for (;;) {
    const slice = [...kv.range({ lower, upper: end, limit: linesPerRead })];
    const last = slice.at(-1);
    if (!last) return;
    yield slice
      .map(({ value }) => `${EJSON.stringify(decodeDocument(value), { relaxed: isRelaxed })}\n`)
      .join('');
    lower = Buffer.concat([last.key, Buffer.alloc(1)]);
  }
}
