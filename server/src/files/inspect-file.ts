import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { AppError } from '../platform/errors.ts';
import type { FilesDeps } from './deps.ts';
import { fileModel, type FileContent, type FileDoc } from './file.model.ts';
import { ownerOf } from './file.view.ts';
import { isPicture, pictureBytesMax, type PictureType } from './file-rules.ts';
import { keyOf, keysOf, remadeKeyOf } from './keys.ts';
import { refusal } from './refusal.ts';
import { sniffedBytes, sniffType } from './sniff-type.ts';

type Deps = Pick<FilesDeps, 'db' | 'storage' | 'rules' | 'inspections' | 'metrics'>;

/** What a file is whose bytes have all arrived. Throws why it is not taken, or that some are missing. */
export async function requireContent(deps: Deps, file: FileDoc): Promise<FileContent> {
  if (file.content) return file.content;
  if (file.refusal) throw refusal(file.refusal);
  if ((await deps.storage.sizeOf(file.blob)) !== file.size) throw refusal('fileIncomplete');
  return inspectFile(deps, file);
}

/**
 * Looks at the bytes and notes what they are, or why they are not taken, and then they are gone. Two that do it at once do the
 * same: what was uploaded stays until the file is settled.
 */
async function inspectFile(deps: Deps, file: FileDoc): Promise<FileContent> {
  const files = fileModel(deps.db);
  try {
    const content = await readContent(deps, file);
    const digest = await digestOf(deps, { ...file, content });
    await files.updateOne({ _id: file._id, endedAt: null }, { $set: { content, digest } });
    return content;
  } catch (error) {
    if (!(error instanceof AppError) || !error.reason) throw error;
    deps.metrics.fileRefusals.inc({ reason: error.reason });
    await files.updateOne({ _id: file._id }, { $set: { refusal: error.reason, counted: 0 } });
    for (const key of keysOf(file)) await deps.storage.remove(key);
    throw error;
  }
}

async function readContent(deps: Deps, file: FileDoc): Promise<FileContent> {
  const { storage, rules } = deps;
  const { blob, size, declaredType } = file;
  const start = await buffer(await storage.read(blob, { start: 0, end: Math.min(size, sniffedBytes) - 1 }));
  const type = await sniffType(start, declaredType);
  if (!rules.isAllowed(type)) throw refusal('typeNotAllowed');
  if (isPicture(type)) return deps.inspections.run(ownerOf(file), () => keepPicture(deps, file, type));
  if (!type.startsWith('audio/')) return { type, size };
  const { readDuration } = await import('./read-duration.ts');
  const durationMs = await readDuration(storage, { blob, size, type });
  return { type, size, ...(durationMs !== undefined && { durationMs }) };
}

async function keepPicture(
  { storage, rules }: Deps,
  { blob, size }: FileDoc,
  type: PictureType,
): Promise<FileContent> {
  if (size > pictureBytesMax) throw refusal('fileTooLarge');
  // What decodes pictures is large, and is loaded where the first one comes.
  const { remakePicture } = await import('./remake-picture.ts');
  const given = await buffer(await storage.read(blob));
  const { bytes, content, thumbnails } = await remakePicture(given, type, rules.pixelsMax);
  await storage.append(remadeKeyOf(blob), 0, Readable.from([bytes]));
  for (const [index, { width }] of (content.thumbnails ?? []).entries()) {
    await storage.append(keyOf({ blob }, width), 0, Readable.from([thumbnails[index]]));
  }
  return { ...content, isRemade: true };
}

/** By which the same bytes are known again within one chat. */
async function digestOf(
  { storage }: Deps,
  file: FileDoc & { readonly content: FileContent },
): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of await storage.read(keyOf(file, 'file'))) hash.update(chunk);
  return hash.digest('base64url');
}
