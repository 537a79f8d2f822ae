import { EJSON } from 'bson';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { encodeDocument, isDocument } from '../bson/value.ts';
import { Engine } from '../engine/engine.ts';
import { insertDocument } from '../engine/write-documents.ts';
import { CommandError } from '../errors.ts';
import { noDeadline } from '../pace/deadline.ts';

export type ImportOptions = {
  readonly dataDir: string;
  readonly db: string;
  /** JSON lines as mongoexport writes them, relaxed or canonical. */
  readonly file: string;
  /** The file's name without its ending when left out. */
  readonly collection?: string | undefined;
};

const documentsPerCommit = 1_000;

export type ImportResult = { readonly imported: number; readonly duplicates: number };

/** Adds the file's documents; one whose _id or unique key is there already is left out and counted. */
export async function importFile(options: ImportOptions): Promise<ImportResult> {
  const engine = Engine.open({ dataDir: options.dataDir });
  const name = options.collection ?? basename(options.file).replace(/\.(jsonl|ndjson|json)$/, '');
  const scope = { store: engine, namespace: { db: options.db, name }, deadline: noDeadline };
  let [imported, duplicates] = [0, 0];
  const flush = (batch: readonly Buffer[]) =>
    engine.executor.submit(true, () => {
      for (const bytes of batch) {
        try {
          insertDocument(scope, bytes);
          imported += 1;
        } catch (error) {
          if (!(error instanceof CommandError) || error.codeName !== 'DuplicateKey') throw error;
          duplicates += 1;
        }
      }
    });
  try {
    let batch: Buffer[] = [];
    for await (const bytes of documentsOf(options.file)) {
      batch.push(bytes);
      if (batch.length < documentsPerCommit) continue;
      await flush(batch);
      batch = [];
    }
    await flush(batch);
    return { imported, duplicates };
  } finally {
    await engine.close();
  }
}

async function* documentsOf(file: string): AsyncGenerator<Buffer> {
  let number = 0;
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number += 1;
    if (line.trim() === '') continue;
    yield encodeDocument(parse(line, `${file}:${number}`));
  }
}

function parse(line: string, place: string) {
  try {
    const value: unknown = EJSON.parse(line, { relaxed: false });
    if (isDocument(value)) return value;
  } catch (error) {
    throw new Error(`${place}: not an EJSON document`, { cause: error });
  }
  throw new Error(`${place}: not an EJSON document`);
}
