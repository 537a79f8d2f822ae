import type { FilesDeps } from './deps.ts';
import { fileModel, type FileDoc } from './file.model.ts';
import { isAlive } from './find-file.ts';
import { removeBytes } from './remove-bytes.ts';

type Deps = Pick<FilesDeps, 'db' | 'storage'>;

/**
 * The same bytes are kept once in a chat, and never for people who share none: whether somebody else has a file cannot be told by
 * uploading it.
 */
export async function shareBytes(deps: Deps, file: FileDoc): Promise<void> {
  const files = fileModel(deps.db);
  const { chat, digest, _id } = file;
  if (!chat || !digest || file.blob !== _id.toHexString()) return;
  const other = await files
    .findOne({ chat, digest, endedAt: null, _id: { $lt: _id }, takenFor: { $ne: null } })
    .sort({ _id: 1 })
    .lean();
  if (!other || other.blob === file.blob) return;
  if (await pointTo(deps, file, other)) await removeBytes(deps, { ...file, blob: _id.toHexString() });
}

/**
 * Whoever removes a file says so first and counts afterwards who has its bytes; here it is the other way round, so one of the two
 * sees the other.
 */
export async function pointTo(
  { db }: Pick<FilesDeps, 'db'>,
  file: FileDoc,
  other: FileDoc,
): Promise<boolean> {
  const files = fileModel(db);
  await files.updateOne({ _id: file._id }, { $set: { blob: other.blob } });
  if (await isAlive(db, other)) return true;
  await files.updateOne({ _id: file._id }, { $set: { blob: file.blob } });
  return false;
}
