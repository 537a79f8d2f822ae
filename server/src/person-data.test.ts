import type { Connection, Model } from 'mongoose';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createDataRegistry } from './person-data.ts';
import { startTestServer } from './testing/index.ts';

type ModelFile = Readonly<Record<string, (db: Connection) => Model<unknown>>>;

const folder = import.meta.dirname;

async function listSources(): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  return files.filter((file) => file.endsWith('.ts') && !/\.test\.ts$|^testing\//.test(file));
}

/** Every model there is, whether anything has used it yet or not. */
async function collectionsOfModels(db: Connection, sources: readonly string[]): Promise<string[]> {
  const files = sources.filter((file) => file.endsWith('.model.ts'));
  const loaded = await Promise.all(files.map((file): Promise<ModelFile> => import(join(folder, file))));
  const models = loaded.flatMap((file) => Object.values(file).filter((each) => typeof each === 'function'));
  return models.map((model) => model(db).collection.name);
}

/** Collections that are used without a model. */
async function plainCollections(sources: readonly string[]): Promise<string[]> {
  const texts = await Promise.all(sources.map((file) => readFile(join(folder, file), 'utf8')));
  const named = /\.collection(?:<\w+>)?\(\s*'(?<name>[\w-]+)'/g;
  return texts.flatMap((text) => [...text.matchAll(named)].flatMap(({ groups }) => groups?.['name'] ?? []));
}

it('has a row for every collection, with a model or without, and for all that is in DATA_DIR', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'whisper-data-'));
  await using server = await startTestServer({ isAlone: true, env: { DATA_DIR: dataDir } });
  const { db } = server.app;
  await server.signIn('alice');
  const sources = await listSources();
  const modelled = await collectionsOfModels(db, sources);
  const plain = await plainCollections(sources);
  const stored = (await db.listCollections()).map(({ name }) => name);
  const entries = await readdir(dataDir, { withFileTypes: true });
  const kept = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
  const places = createDataRegistry(server.app).map(({ place }) => place);

  expect(modelled.length).toBeGreaterThan(4);
  expect(new Set(places).size).toBe(places.length);
  const all = new Set([...modelled, ...plain, ...stored, ...kept]);
  expect([...all].filter((name) => !places.includes(name))).toEqual([]);
});
