import { Catalog } from './catalog.ts';
import type { Snapshot } from './kv.ts';
import { UndoLog } from './undo-log.ts';

/** All collections as a snapshot has them; writing to them throws. */
export function catalogOf(snapshot: Snapshot): Catalog {
  const refuse = (): never => {
    throw new Error('A snapshot is only for reading');
  };
  const has = (key: Buffer) => snapshot.get(key) !== undefined;
  const writing = { put: refuse, remove: refuse, putLater: refuse, removeLater: refuse, transaction: refuse };
  const rest = { has, snapshot: refuse, copyTo: refuse, close: refuse };
  return new Catalog({ ...snapshot, ...writing, ...rest }, new UndoLog());
}
