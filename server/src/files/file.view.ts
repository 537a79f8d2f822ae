import type { Attachment, FileId, UserId } from '@whisper/shared';
import type { Types } from 'mongoose';
import type { FileContent, FileDoc } from './file.model.ts';
import { linksOf, type Linked } from './links.ts';

/** A file as a message keeps it. */
export type StoredAttachment = Omit<FileContent, 'isRemade'> & {
  file: Types.ObjectId;
  secret: string;
  name: string;
  alt?: string;
};

export const fileIdOf = ({ _id }: Pick<FileDoc, '_id'>): FileId => _id.toHexString() as FileId;

export const ownerOf = ({ owner }: Pick<FileDoc, 'owner'>): UserId => owner.toHexString() as UserId;

export function toLinked({ _id, secret, name, content }: FileDoc): Linked {
  return { fileId: fileIdOf({ _id }), secret, name, thumbnails: content?.thumbnails };
}

export function toStoredAttachment(
  { _id, secret, name, alt }: FileDoc,
  { isRemade: _, ...content }: FileContent,
): StoredAttachment {
  return { ...content, file: _id, secret, name, ...(alt && { alt }) };
}

/** A file of a message as its readers see it, with links that are good from now on. */
export function toAttachment(stored: StoredAttachment): Attachment {
  const { file, secret, name, thumbnails, type, size, width, height, thumbhash, durationMs, alt } = stored;
  const fileId = file.toHexString() as FileId;
  return {
    fileId,
    name,
    type,
    size,
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(thumbhash && { thumbhash }),
    ...(durationMs !== undefined && { durationMs }),
    ...(alt && { alt }),
    ...linksOf({ fileId, secret, name, thumbnails }),
  };
}
