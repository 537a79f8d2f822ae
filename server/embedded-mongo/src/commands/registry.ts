import { aggregate } from './aggregate.ts';
import { bulkWrite } from './bulk-write.ts';
import {
  create,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  renameCollection,
} from './collections.ts';
import { collMod } from './coll-mod.ts';
import type { Command } from './command.ts';
import { count } from './count.ts';
import { remove } from './delete.ts';
import {
  collStats,
  dbStats,
  getCmdLineOpts,
  getLog,
  hostInfo,
  serverStatus,
  validate,
} from './diagnostics.ts';
import { distinct } from './distinct.ts';
import { explain } from './explain.ts';
import { configureFailPoint } from './fail-point.ts';
import { find } from './find.ts';
import { findAndModify } from './find-and-modify.ts';
import { getMore, killCursors } from './get-more.ts';
import { buildInfo, connectionStatus, getParameter, hello, ping, whatsMyUri } from './hello.ts';
import { createIndexes, dropIndexes, listIndexes } from './indexes.ts';
import { insert } from './insert.ts';
import {
  abortTransaction,
  commitTransaction,
  endSessions,
  killSessions,
  refreshSessions,
  startSession,
} from './sessions.ts';
import { update } from './update.ts';

export const commands: readonly Command[] = [
  hello,
  ping,
  buildInfo,
  connectionStatus,
  whatsMyUri,
  hostInfo,
  getParameter,
  serverStatus,
  dbStats,
  collStats,
  validate,
  getLog,
  getCmdLineOpts,
  find,
  getMore,
  killCursors,
  insert,
  update,
  remove,
  findAndModify,
  bulkWrite,
  aggregate,
  count,
  distinct,
  explain,
  create,
  collMod,
  drop,
  dropDatabase,
  renameCollection,
  listCollections,
  listDatabases,
  createIndexes,
  dropIndexes,
  listIndexes,
  configureFailPoint,
  startSession,
  endSessions,
  refreshSessions,
  killSessions,
  commitTransaction,
  abortTransaction,
];

const byName = new Map<string, Command>(
  commands.flatMap((command) =>
    [command.name, ...(command.aliases ?? [])].map((name) => [name, command] as const),
  ),
);

export function findCommand(name: string): Command | undefined {
  return byName.get(name);
}
