import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { settleDue } from '../files/settle-files.ts';
import { readEnv } from '../platform/env.ts';
import { createLogger } from '../platform/logger.ts';
import { startServer } from '../server.ts';
import { ManualClock } from './manual-clock.ts';

const day = 25 * 60 * 60_000;

export type LeftFiles = {
  /** Keys in the folder that no file has, and files that are in no message. */
  readonly orphans: number;
  /** Files without bytes. */
  readonly missing: number;
};

/** What a stopped server has of files a day later, when everything was collected that nobody sent. */
export async function countLeftFiles(dataDir: string): Promise<LeftFiles> {
  const clock = new ManualClock();
  clock.advance(day);
  const env = readEnv({ DATA_DIR: dataDir, PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'silent' });
  await using server = await startServer({ env, clock, log: createLogger('silent') });
  while ((await settleDue(server.app, 100)) > 0);
  const entries = await readdir(join(dataDir, 'files'), { recursive: true, withFileTypes: true });
  const kept = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const known = await server.app.db.collection('files').find().toArray();
  const sent = await server.app.db.collection('messages').distinct('attachments.file');
  const sentIds = new Set(sent.map(String));
  const blobs = new Set(known.map(({ blob }) => String(blob)));
  return {
    orphans:
      kept.filter((key) => !blobs.has(key)).length +
      known.filter(({ _id }) => !sentIds.has(String(_id))).length,
    missing: [...blobs].filter((blob) => !kept.includes(blob)).length,
  };
}
