import { startEmbeddedMongo } from '@whisper/embedded-mongo';
import { join } from 'node:path';
import { compactAtStart } from './compaction.ts';
import { EnvError, type Env } from './env.ts';

/** A running MongoDB, ours or the operator's. */
export type Store = {
  readonly uri: string;
  readonly kind: 'embedded' | 'mongodb';
  /** Resolves when the embedded store's process has ended; never for the operator's own MongoDB. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
};

/** MONGODB_URI, or the embedded store in DATA_DIR when there is none. Throws EnvError when that cannot be had. */
export async function openStore(env: Env): Promise<Store> {
  if (env.MONGODB_URI)
    return {
      uri: env.MONGODB_URI,
      kind: 'mongodb',
      ended: new Promise(() => undefined),
      close: () => Promise.resolve(),
    };
  const start = async () => {
    await compactAtStart(env);
    return startEmbeddedMongo({ dataDir: join(env.DATA_DIR, 'mongo') });
  };
  const store = await start().catch((cause: unknown) => {
    throw new EnvError(`DATA_DIR: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  });
  return { uri: store.uri, kind: 'embedded', ended: store.ended, close: () => store.close() };
}
