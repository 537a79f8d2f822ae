import type { ClientId, FileId, UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import { AppError } from '../platform/errors.ts';
import type { FilesDeps } from './deps.ts';
import { fileModel, type FileDoc } from './file.model.ts';
import { ownerOf } from './file.view.ts';

/** A file that is not there and one that is not yours to see get the same answer. */
export const fileNotFound = () => new AppError('NOT_FOUND', 'File not found');

export async function findFile(db: Database, fileId: FileId): Promise<FileDoc | null> {
  return fileModel(db)
    .findOne({ _id: new Types.ObjectId(fileId), endedAt: null })
    .lean();
}

/** Whether a file that was there still is. */
export async function isAlive(db: Database, { _id }: FileDoc): Promise<boolean> {
  return (await fileModel(db).exists({ _id, endedAt: null })) !== null;
}

/** A file that the person may see: their own until its message was sent, from then on as anybody who reads that message. */
export async function requireFile(
  { db, isShownIn }: Pick<FilesDeps, 'db' | 'isShownIn'>,
  fileId: FileId,
  viewerId: UserId,
): Promise<FileDoc> {
  const file = await findFile(db, fileId);
  if (!file) throw fileNotFound();
  const owner = ownerOf(file);
  const clientId = file.takenFor as ClientId | undefined;
  const isSeen =
    clientId === undefined ? owner === viewerId : await isShownIn({ fileId, owner, clientId }, viewerId);
  if (!isSeen) throw fileNotFound();
  return file;
}
