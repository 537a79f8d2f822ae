import type { WhisperClient } from '@whisper/client/node';
import { eraseConfirmation } from '@whisper/shared';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

type Exporting = { readonly url: string; readonly file: string };

/** Saves everything that is the person's in a file, which is there when it is whole. Answers what to tell. */
export async function exportTo({ api }: WhisperClient, { url, file }: Exporting): Promise<string> {
  if (file === '') return '* Where to? /export FILE';
  const target = resolve(file);
  const { path } = await api.me.export.mutate();
  const { ok, status, body } = await fetch(addressOf(url, path));
  if (!ok || !body) throw new Error(`The server does not give it out (${status})`);
  const partial = `${target}.partial`;
  try {
    await pipeline(Readable.fromWeb(body), createWriteStream(partial, { mode: 0o600 }));
    await rename(partial, target);
  } finally {
    await rm(partial, { force: true });
  }
  return `* Everything of yours is in ${target}, ${(await stat(target)).size} bytes`;
}

type Erasing = { readonly url: string; readonly typed: string };

/** Asks for the words first: there is no way back. Answers what to tell. */
export async function erase({ api }: WhisperClient, { url, typed }: Erasing): Promise<string> {
  if (typed !== eraseConfirmation) {
    return `* This deletes your account and all you wrote, for good. To do it: /erase ${eraseConfirmation}`;
  }
  const { receiptPath } = await api.me.erase.mutate({ confirm: eraseConfirmation });
  return `* Your account is gone. The receipt, which says when all is erased: ${addressOf(url, receiptPath)}`;
}

function addressOf(url: string, path: string): string {
  return `${url.replace(/\/$/, '')}${path}`;
}
