import { parseStream } from 'music-metadata';
import type { FilesDeps } from './deps.ts';

/** Of longer audio no duration is read. */
const bytesMax = 64 * 1024 * 1024;

/** Who makes reading it take longer is not told how long it is. */
const readMaxMs = 10_000;

type Audio = { readonly blob: string; readonly size: number; readonly type: string };

/** How long audio is, in milliseconds; undefined where that cannot be read. The bytes come piece by piece, so that others get their turn between. */
export async function readDuration(
  storage: FilesDeps['storage'],
  { blob, size, type }: Audio,
): Promise<number | undefined> {
  if (size > bytesMax) return undefined;
  const bytes = await storage.read(blob);
  const timer = setTimeout(() => bytes.destroy(new Error('It takes too long')), readMaxMs);
  try {
    const { format } = await parseStream(
      bytes,
      { mimeType: type, size },
      { duration: true, skipCovers: true },
    );
    return format.duration === undefined ? undefined : Math.round(format.duration * 1_000);
  } catch {
    // It is audio by its first bytes alone, and is offered as what it says it is.
    return undefined;
  } finally {
    clearTimeout(timer);
    bytes.destroy();
  }
}
