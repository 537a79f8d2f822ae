import type { ChatId, ClientId, FileId, UserId } from '@whisper/shared';
import { randomBytes } from 'node:crypto';
import { Types } from 'mongoose';
import { isDuplicateKey } from '../platform/errors.ts';
import type { FilesDeps } from './deps.ts';
import { fileModel, type FileDoc } from './file.model.ts';
import { toStoredAttachment, type StoredAttachment } from './file.view.ts';
import { fileNotFound, findFile, isAlive } from './find-file.ts';
import { takenMs, type Taking } from './take-files.ts';

type Deps = Pick<FilesDeps, 'db' | 'clock'>;

/**
 * Files of a message for another that whoever reads it sends on: files of their own with the same bytes, which count for
 * nobody. The same again are the same. NOT_FOUND for one that is gone.
 */
export async function copyFiles(deps: Deps, copying: Taking): Promise<StoredAttachment[]> {
  const copies: StoredAttachment[] = [];
  for (const fileId of copying.fileIds) copies.push(await copyFile(deps, fileId, copying));
  return copies;
}

async function copyFile({ db, clock }: Deps, fileId: FileId, copying: Taking): Promise<StoredAttachment> {
  const source = await findFile(db, fileId);
  if (!source?.content) throw fileNotFound();
  const copy = await insertOnce(db, toCopy(source, copying, clock.now()));
  // Whoever removes the source says so first, and counts afterwards who has its bytes.
  if (!(await isAlive(db, source))) {
    await fileModel(db).updateOne({ _id: copy._id }, { $set: { endedAt: new Date(clock.now()) } });
    throw fileNotFound();
  }
  return toStoredAttachment(copy, source.content);
}

type Copying = { readonly owner: UserId; readonly chatId: ChatId; readonly clientId: ClientId };

function toCopy(source: FileDoc, { owner, chatId, clientId }: Copying, now: number): FileDoc {
  return {
    ...source,
    _id: new Types.ObjectId(),
    owner: new Types.ObjectId(owner),
    // A blank keeps it from being a clientId that somebody may give.
    clientId: `${clientId} ${source._id.toHexString()}`,
    secret: randomBytes(24).toString('base64url'),
    counted: 0,
    chat: new Types.ObjectId(chatId),
    takenFor: clientId,
    createdAt: new Date(now),
    dueAt: new Date(now + takenMs),
  };
}

async function insertOnce(db: FilesDeps['db'], made: FileDoc): Promise<FileDoc> {
  const files = fileModel(db);
  try {
    await files.collection.insertOne(made);
    return made;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const known = await files.findOne({ owner: made.owner, clientId: made.clientId, endedAt: null }).lean();
    if (!known) throw fileNotFound();
    return known;
  }
}
