import type { ClientId, FileId, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { FilesDeps } from './deps.ts';
import { fileModel, type FileDoc } from './file.model.ts';
import { fileIdOf, ownerOf, type StoredAttachment } from './file.view.ts';
import { removeBytes } from './remove-bytes.ts';

type Deps = Pick<FilesDeps, 'db' | 'clock' | 'storage' | 'isInMessage' | 'metrics'>;

/** Longer than a change takes: whoever looks before it is stored finds the file in its message, and never looks again. */
const doubtMs = 60_000;

/**
 * Says that files will be of no use in a moment, before their message changes: whoever collects looks when that is done, also when
 * this process dies in between.
 */
export async function doubtFiles(
  { db, clock }: Pick<FilesDeps, 'db' | 'clock'>,
  attachments: readonly Pick<StoredAttachment, 'file'>[],
): Promise<void> {
  await fileModel(db).updateMany(
    { _id: { $in: attachments.map(({ file }) => file) } },
    { $set: { dueAt: new Date(clock.now() + doubtMs) } },
  );
}

/** Looks whether these files are in a message, and ends those that are not. */
export async function settleThese(deps: Deps, fileIds: readonly FileId[]): Promise<void> {
  if (fileIds.length === 0) return;
  for (const file of await fileModel(deps.db).find(namedBy(fileIds)).lean()) await settleFile(deps, file);
}

/** Looks at up to `limit` files whose time has come; answers how many there were. Several processes may do it at once. */
export async function settleDue(deps: Deps, limit: number): Promise<number> {
  const due = await fileModel(deps.db)
    .find({ dueAt: { $lte: new Date(deps.clock.now()) } })
    .sort({ dueAt: 1 })
    .limit(limit)
    .lean();
  for (const file of due) await settleFile(deps, file);
  return due.length;
}

/**
 * Ends files of a person, whatever message they are in: answers how many there were. Those whose bytes are still coming end a
 * moment later.
 */
export async function endFilesOf(deps: Deps, owner: UserId, limit: number): Promise<number> {
  const found = await fileModel(deps.db)
    .find({ owner: new Types.ObjectId(owner) })
    .limit(limit)
    .lean();
  for (const file of found) await endFile(deps, file);
  return found.length;
}

async function settleFile(deps: Deps, file: FileDoc): Promise<void> {
  const isUsed = file.endedAt === undefined && (await isInMessage(deps, file));
  if (!isUsed) return endFile(deps, file);
  const id = file._id.toHexString();
  // What was uploaded is of no use where it was written anew, or is kept already in the chat.
  if (file.content?.isRemade) await deps.storage.remove(file.blob);
  if (file.blob !== id) await removeBytes(deps, { ...file, blob: id });
  await fileModel(deps.db).updateOne({ _id: file._id, dueAt: file.dueAt ?? null }, { $unset: { dueAt: 1 } });
}

async function isInMessage(deps: Deps, file: FileDoc): Promise<boolean> {
  if (file.takenFor === undefined) return false;
  const clientId = file.takenFor as ClientId;
  return deps.isInMessage({ fileId: fileIdOf(file), owner: ownerOf(file), clientId });
}

/**
 * Says first that the file has ended, and forgets it when its bytes are gone: a crash leaves nothing that nobody knows of. One
 * that was taken meanwhile, or is being written to, stays.
 */
async function endFile({ db, clock, storage, metrics }: Deps, file: FileDoc): Promise<void> {
  const files = fileModel(db);
  const now = new Date(clock.now());
  const asItWas = { _id: file._id, takenFor: file.takenFor ?? null, dueAt: file.dueAt ?? null };
  const isFree = { $or: [{ lock: null }, { 'lock.until': { $lt: now } }] };
  const { matchedCount } = await files.updateOne(
    { ...asItWas, ...isFree },
    { $set: { endedAt: file.endedAt ?? now } },
  );
  if (matchedCount === 0) return askToLetGo(db, file);
  await removeBytes({ db, storage }, file);
  const id = file._id.toHexString();
  if (file.blob !== id) await removeBytes({ db, storage }, { ...file, blob: id });
  const { deletedCount } = await files.deleteOne({ _id: file._id });
  metrics.filesRemoved.inc({ why: file.takenFor === undefined ? 'unsent' : 'deleted' }, deletedCount);
}

/** Whoever writes it looks for this, and stops. */
async function askToLetGo(db: FilesDeps['db'], { _id }: FileDoc): Promise<void> {
  await fileModel(db).updateOne({ _id, lock: { $exists: true } }, { $set: { 'lock.isWanted': true } });
}

function namedBy(fileIds: readonly FileId[]) {
  return { _id: { $in: fileIds.map((id) => new Types.ObjectId(id)) } };
}
