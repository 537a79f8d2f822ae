import { everyKey, openLmdb } from './lmdb-store.ts';

/** Reads every entry of the file named by the argument, as a process of its own: a cut file ends it by a signal. */
const kv = openLmdb(process.argv[2] ?? '', { isDurable: false, isReadOnly: true });
for (const _ of kv.range(everyKey)) continue;
await kv.close();
