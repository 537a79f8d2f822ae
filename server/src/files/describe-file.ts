import type { DescribeFileInput, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { AppError } from '../platform/errors.ts';
import type { FilesDeps } from './deps.ts';
import { fileModel } from './file.model.ts';
import { findFile, fileNotFound } from './find-file.ts';
import { ownerOf } from './file.view.ts';

/** Says what one's own picture shows; CONFLICT once a message has it, which keeps what was said until then. Idempotent. */
export async function describeFile(
  { db }: Pick<FilesDeps, 'db'>,
  ownerId: UserId,
  { fileId, alt }: DescribeFileInput,
): Promise<void> {
  const file = { _id: new Types.ObjectId(fileId), owner: new Types.ObjectId(ownerId) };
  const change = alt === '' ? { $unset: { alt: 1 } } : { $set: { alt } };
  const { matchedCount } = await fileModel(db).updateOne({ ...file, takenFor: null }, change);
  if (matchedCount === 1) return;
  const known = await findFile(db, fileId);
  if (!known || ownerOf(known) !== ownerId) throw fileNotFound();
  throw new AppError('CONFLICT', 'The file was sent already');
}
