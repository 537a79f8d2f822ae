import { openAsBlob } from 'node:fs';
import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { ChatStore } from '@whisper/client/node';
import { CaptionSchema, type ChatId } from '@whisper/shared';

export type PathAndWords = { readonly path: string; readonly words: string };

type Place = { readonly home?: string; readonly platform?: NodeJS.Platform };

/**
 * `"my notes.txt" words`, `'…' words` and `my\ notes.txt words`, as a shell has it and as terminals write a file that is
 * dropped into them. A backslash of Windows parts folders.
 */
export function readPathAndWords(
  argument: string,
  { home = homedir(), platform = process.platform }: Place = {},
): PathAndWords {
  const isEscaping = platform !== 'win32';
  const bare = isEscaping ? /^((?:\\.|[^\s\\])+)\s*(.*)$/s : /^(\S+)\s*(.*)$/s;
  const quoted = /^(?:"([^"]+)"|'([^']+)')\s*(.*)$/s.exec(argument);
  const [, first = '', rest = ''] = quoted
    ? ['', quoted[1] ?? quoted[2], quoted[3]]
    : (bare.exec(argument) ?? []);
  const written = quoted || !isEscaping ? first : first.replaceAll(/\\(.)/gs, '$1');
  const path = written === '~' || /^~[/\\]/.test(written) ? join(home, written.slice(1)) : written;
  return { path, words: rest };
}

/** Sends a file, with words or without. Throws what to tell the person when that cannot be. */
export async function sendFile(store: ChatStore, chatId: ChatId, argument: string): Promise<void> {
  const { path, words } = readPathAndWords(argument);
  if (path === '') throw new Error('Say it like this: /send FILE WORDS, or /send "A FILE" WORDS');
  const { error } = CaptionSchema.safeParse(words);
  if (error) throw new Error(`This cannot be said with a file: ${error.issues[0]?.message}`);
  const bytes = await openFile(path);
  const upload = store.uploads.attach(bytes, { name: basename(path) });
  store.send(chatId, words, { files: [upload] });
}

async function openFile(path: string): Promise<Blob> {
  const found = await stat(path).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw new Error(`There is no file ${path}. One with blanks in its name stands in quotes: /send "A FILE"`);
  });
  if (found.isDirectory()) throw new Error(`${path} is a folder, and only files are sent`);
  if (!found.isFile()) throw new Error(`${path} is no file that can be sent`);
  if (found.size === 0) throw new Error(`${path} is empty`);
  return openAsBlob(path);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
