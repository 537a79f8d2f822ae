import type { FilesDeps } from './deps.ts';
import { fileModel, type FileDoc } from './file.model.ts';
import { keysOf } from './keys.ts';

/** Removes the bytes of a file unless another still has them. Idempotent. */
export async function removeBytes(
  { db, storage }: Pick<FilesDeps, 'db' | 'storage'>,
  file: Pick<FileDoc, 'blob' | 'content'>,
): Promise<void> {
  const uses = await fileModel(db).countDocuments({ blob: file.blob, endedAt: null });
  if (uses > 0) return;
  for (const key of keysOf(file)) await storage.remove(key);
}
