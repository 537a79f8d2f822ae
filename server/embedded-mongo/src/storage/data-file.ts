import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const dataFileName = 'store.mdb';
const markerName = 'README';
const markerText = `This folder is a data directory of @whisper/embedded-mongo. The documents are in ${dataFileName}.
Do not edit, move or delete single files of it.
`;

/**
 * Looks at the data file before anything maps it into memory, where a missing page would kill the process, and before
 * LMDB would quietly begin a new one. Throws when it is missing though there was one, not LMDB's, or cut short.
 */
export function checkDataFile(dataDir: string): void {
  const file = join(dataDir, dataFileName);
  const isExpected = existsSync(join(dataDir, markerName));
  if (!existsSync(file)) {
    if (isExpected) throw damaged(file, 'is missing');
    return;
  }
  const { size, metas } = readMetas(file);
  if (size === 0 && !isExpected) return;
  const [meta] = metas.filter(({ isValid }) => isValid).sort((a, b) => b.txnId - a.txnId);
  if (!meta) throw damaged(file, size === 0 ? 'is empty' : 'has no readable header');
  const needed = (meta.lastPage + 1) * meta.pageBytes;
  if (size < needed && !canReadAll(file))
    throw damaged(file, `has ${size} of ${needed} bytes: it was cut short`);
}

/** Lets only the owner read the data file, and notes that there is one, so that its loss is noticed. */
export function markDataDir(dataDir: string): void {
  chmodSync(join(dataDir, dataFileName), 0o600);
  const path = join(dataDir, markerName);
  if (existsSync(path)) return;
  writeFileSync(path, markerText);
  flushFile(path);
  // The names of new files are durable once their directory is flushed. Windows cannot flush a directory.
  if (process.platform !== 'win32') flushFile(dataDir);
}

/** What was written to the file is on the disk after it. */
export function flushFile(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function damaged(file: string, what: string): Error {
  return new Error(`The data file ${file} ${what}. Nothing was changed; restore it from a backup`);
}

type Meta = {
  readonly isValid: boolean;
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly txnId: number;
};

const magic = 0xbeefc0de;
const metaBytes = 160;

/** LMDB's two headers: at the beginning of the file and one page further. Where the first is none, LMDB kills the process. */
function readMetas(file: string): { size: number; metas: Meta[] } {
  const handle = openSync(file, 'r');
  try {
    const first = readMeta(handle, 0);
    const metas = first.isValid ? [first, readMeta(handle, first.pageBytes)] : [];
    return { size: fstatSync(handle).size, metas };
  } finally {
    closeSync(handle);
  }
}

function readMeta(handle: number, at: number): Meta {
  const bytes = Buffer.alloc(metaBytes);
  readSync(handle, bytes, 0, metaBytes, at);
  return {
    isValid: bytes.readUInt32LE(24) === magic,
    pageBytes: bytes.readUInt32LE(48),
    lastPage: Number(bytes.readBigUInt64LE(144)),
    txnId: Number(bytes.readBigUInt64LE(152)),
  };
}

/**
 * A file may be shorter than its header says without harm, when its last pages are unused. Only reading every entry
 * shows whether a missing page is in use. A missing page ends the reader by a signal, so another process reads.
 */
function canReadAll(file: string): boolean {
  const entry = fileURLToPath(new URL(`./read-all${extname(import.meta.url)}`, import.meta.url));
  return spawnSync(process.execPath, [...process.execArgv, entry, file], { stdio: 'ignore' }).status === 0;
}
