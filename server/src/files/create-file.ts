import { mendName, type CreatedFile, type CreateFileInput, type UserId } from '@whisper/shared';
import { randomBytes } from 'node:crypto';
import { Types } from 'mongoose';
import { AppError, isDuplicateKey } from '../platform/errors.ts';
import type { FilesDeps } from './deps.ts';
import { fileModel, type FileDoc } from './file.model.ts';
import { fileIdOf, toLinked } from './file.view.ts';
import { filesPath, uploadKeyOf } from './links.ts';

/** A file that no message takes is kept this long. */
export const unsentMs = 24 * 60 * 60_000;

/** Where uploads are sent to, below `filesPath`. */
export const uploadsSegment = 'uploads';

export const uploadKeyHeader = 'x-upload-key';

/** Makes a file without bytes, and says where they go. The same `clientId` again is the same file; of another name, type or size it is CONFLICT. */
export async function createFile(
  deps: Pick<FilesDeps, 'db' | 'clock'>,
  ownerId: UserId,
  input: CreateFileInput,
): Promise<CreatedFile> {
  const made = makeFile(ownerId, input, deps.clock.now());
  try {
    await fileModel(deps.db).collection.insertOne(made);
    return toCreated(made);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const known = await fileModel(deps.db).findOne({ owner: made.owner, clientId: made.clientId }).lean();
  if (!known || !isSameFile(known, made))
    throw new AppError('CONFLICT', 'This clientId was used for another file');
  return toCreated(known);
}

function makeFile(
  ownerId: UserId,
  { name, type, size, clientId, alt }: CreateFileInput,
  now: number,
): FileDoc {
  const _id = new Types.ObjectId();
  return {
    _id,
    owner: new Types.ObjectId(ownerId),
    clientId,
    name: toFileName(name),
    declaredType: type,
    size,
    ...(alt && { alt }),
    secret: randomBytes(24).toString('base64url'),
    blob: _id.toHexString(),
    createdAt: new Date(now),
    dueAt: new Date(now + unsentMs),
  };
}

function isSameFile(one: FileDoc, other: FileDoc): boolean {
  return one.name === other.name && one.declaredType === other.declaredType && one.size === other.size;
}

/** The last part of a path, of whichever system, in one direction of reading; never a name that means a folder. */
function toFileName(given: string): string {
  const name = mendName(given.split(/[/\\]/).at(-1) ?? '');
  return /^\.*$/.test(name) ? 'file' : name;
}

function toCreated(file: FileDoc): CreatedFile {
  const fileId = fileIdOf(file);
  return {
    fileId,
    upload: {
      url: `${filesPath}/${uploadsSegment}/${fileId}`,
      headers: { [uploadKeyHeader]: uploadKeyOf(toLinked(file)) },
    },
  };
}
