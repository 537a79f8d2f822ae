import { parseStream } from 'music-metadata';
import { buffer } from 'node:stream/consumers';
import type { FilesDeps } from './deps.ts';
import { readWebmDuration } from './webm-duration.ts';

/** Of longer audio no duration is read. */
const bytesMax = 64 * 1024 * 1024;

/** Of WebM that is read from memory. */
const webmBytesMax = 16 * 1024 * 1024;

/** Who makes reading it take longer is not told how long it is. */
const readMaxMs = 10_000;

type Audio = { readonly blob: string; readonly size: number; readonly type: string };

/** What claims to last longer does not say how long it is. */
const durationMaxMs = 365 * 24 * 60 * 60_000;

/** How long audio is, in whole milliseconds; undefined where that cannot be read, or cannot be true. */
export async function readDuration(storage: FilesDeps['storage'], audio: Audio): Promise<number | undefined> {
  const said = await readSaid(storage, audio);
  return said !== undefined && said >= 0 && said <= durationMaxMs ? Math.round(said) : undefined;
}

/** The bytes come piece by piece, so that others get their turn between. */
async function readSaid(
  storage: FilesDeps['storage'],
  { blob, size, type }: Audio,
): Promise<number | undefined> {
  if (size > bytesMax) return undefined;
  if (type === 'audio/webm') {
    return size > webmBytesMax ? undefined : readWebmDuration(await buffer(await storage.read(blob)));
  }
  const bytes = await storage.read(blob);
  const timer = setTimeout(() => bytes.destroy(new Error('It takes too long')), readMaxMs);
  try {
    const { format } = await parseStream(
      bytes,
      { mimeType: type, size },
      { duration: true, skipCovers: true },
    );
    return format.duration ? format.duration * 1_000 : undefined;
  } catch {
    // It is audio by its first bytes alone, and is offered as what it says it is.
    return undefined;
  } finally {
    clearTimeout(timer);
    bytes.destroy();
  }
}
