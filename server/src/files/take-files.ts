import type { ClientId, FileId, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { AppError } from '../platform/errors.ts';
import type { FilesDeps } from './deps.ts';
import { fileModel, type FileDoc } from './file.model.ts';
import { fileIdOf, toStoredAttachment, type StoredAttachment } from './file.view.ts';
import { fileNotFound } from './find-file.ts';
import { requireContent } from './inspect-file.ts';

type Taking = {
  readonly owner: UserId;
  readonly clientId: ClientId;
  readonly fileIds: readonly FileId[];
};

/**
 * Files for the message that their owner sends under this clientId, and for no other. The same again is the same; a file that
 * is not one's own is NOT_FOUND, one that is in another message CONFLICT.
 */
export async function takeFiles(
  deps: Pick<FilesDeps, 'db' | 'storage'>,
  { owner, clientId, fileIds }: Taking,
): Promise<StoredAttachment[]> {
  const files = await findOwn(deps, owner, fileIds);
  const contents = await Promise.all(files.map((file) => requireContent(deps, file)));
  await fileModel(deps.db).updateMany(
    { _id: { $in: files.map(({ _id }) => _id) }, takenFor: null },
    { $set: { takenFor: clientId } },
  );
  const taken = await findOwn(deps, owner, fileIds);
  if (taken.some(({ takenFor }) => takenFor !== clientId))
    throw new AppError('CONFLICT', 'A file is in another message already');
  return taken.flatMap((file, index) => {
    const content = contents[index];
    return content ? [toStoredAttachment(file, content)] : [];
  });
}

async function findOwn(
  { db }: Pick<FilesDeps, 'db'>,
  owner: UserId,
  fileIds: readonly FileId[],
): Promise<FileDoc[]> {
  const found = await fileModel(db)
    .find({ _id: { $in: fileIds.map((id) => new Types.ObjectId(id)) }, owner: new Types.ObjectId(owner) })
    .lean();
  const byId = new Map(found.map((file) => [fileIdOf(file), file]));
  return fileIds.map((id) => {
    const file = byId.get(id);
    if (!file) throw fileNotFound();
    return file;
  });
}
