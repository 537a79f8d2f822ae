import { mendName, type CreatedFile, type CreateFileInput, type UserId } from '@whisper/shared';
import { randomBytes } from 'node:crypto';
import { Types } from 'mongoose';
import { AppError, isDuplicateKey } from '../platform/errors.ts';
import type { FilesDeps } from './deps.ts';
import { fileModel, type FileDoc } from './file.model.ts';
import { fileIdOf, toLinked } from './file.view.ts';
import { uploadKeyOf, uploadsPath } from './links.ts';
import { refused } from './refusal.ts';

export const uploadKeyHeader = 'x-upload-key';

/** A file counts as this many bytes at least: the smallest also has a place in the database. */
const countedMin = 4_096;

type Deps = Pick<FilesDeps, 'db' | 'clock' | 'rules' | 'metrics'>;

/** Makes a file without bytes, and says where they go. The same `clientId` again is the same file; of another name, type or size it is CONFLICT. */
export async function createFile(deps: Deps, ownerId: UserId, input: CreateFileInput): Promise<CreatedFile> {
  if (input.size > deps.rules.sizeMax) throw refused(deps, 'fileTooLarge');
  const made = makeFile(deps, ownerId, input);
  const files = fileModel(deps.db);
  try {
    await files.collection.insertOne(made);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const known = await files.findOne({ owner: made.owner, clientId: made.clientId }).lean();
    if (!known || known.endedAt || !isSameFile(known, made))
      throw new AppError('CONFLICT', 'This clientId was used for another file');
    return toCreated(known);
  }
  await requireQuota(deps, made);
  return toCreated(made);
}

/** Counted with the file itself: of two that would be too much together, none gets past the other. */
async function requireQuota(deps: Deps, made: FileDoc): Promise<void> {
  const { db, rules } = deps;
  const files = fileModel(db);
  const [sum] = await files.aggregate<{ counted: number }>([
    { $match: { owner: made.owner, endedAt: null } },
    { $group: { _id: null, counted: { $sum: '$counted' } } },
  ]);
  if ((sum?.counted ?? 0) <= rules.quota) return;
  await files.deleteOne({ _id: made._id });
  throw refused(deps, 'quotaExceeded');
}

function makeFile(
  { clock, rules }: Deps,
  ownerId: UserId,
  { name, type, size, clientId, alt }: CreateFileInput,
): FileDoc {
  const _id = new Types.ObjectId();
  const now = clock.now();
  return {
    _id,
    owner: new Types.ObjectId(ownerId),
    clientId,
    name: toFileName(name),
    declaredType: type,
    size,
    counted: Math.max(size, countedMin),
    ...(alt && { alt }),
    secret: randomBytes(24).toString('base64url'),
    blob: _id.toHexString(),
    createdAt: new Date(now),
    dueAt: new Date(now + rules.unsentMs),
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
      url: `${uploadsPath}${fileId}`,
      headers: { [uploadKeyHeader]: uploadKeyOf(toLinked(file)) },
    },
  };
}
