import type { ChatId, ClientId, FileId, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import type { FilesDeps } from './deps.ts';
import { fileModel, type FileContent, type FileDoc } from './file.model.ts';
import { fileIdOf, toStoredAttachment, type StoredAttachment } from './file.view.ts';
import { fileNotFound } from './find-file.ts';
import { requireContent } from './inspect-file.ts';
import { refusal } from './refusal.ts';
import { shareBytes } from './share-bytes.ts';

/** When it is looked whether the message that files were taken for is there: long after it was sent, or given up. */
export const takenMs = 60 * 60_000;

export type Taking = {
  readonly owner: UserId;
  readonly chatId: ChatId;
  readonly clientId: ClientId;
  readonly fileIds: readonly FileId[];
};

type Inspected = FileDoc & { readonly content: FileContent };

/**
 * Files for the message that their owner sends under this clientId, and for no other. The same again is the same; a file that
 * is not one's own is NOT_FOUND, one that is in another message CONFLICT.
 */
export async function takeFiles(
  deps: Pick<FilesDeps, 'db' | 'storage' | 'rules' | 'inspections' | 'clock' | 'metrics'>,
  taking: Taking,
): Promise<StoredAttachment[]> {
  const { chatId, clientId } = taking;
  for (const file of await findOwn(deps, taking)) await requireContent(deps, file);
  await fileModel(deps.db).updateMany(
    { ...ownFiles(taking), takenFor: null },
    {
      $set: {
        takenFor: clientId,
        chat: new Types.ObjectId(chatId),
        dueAt: new Date(deps.clock.now() + takenMs),
      },
    },
  );
  const taken = (await findOwn(deps, taking)).filter(isInspected);
  if (taken.length < taking.fileIds.length) throw fileNotFound();
  if (taken.some((file) => file.takenFor !== clientId)) throw refusal('fileUsed');
  for (const file of taken) await shareBytes(deps, file);
  return taken.map((file) => toStoredAttachment(file, file.content));
}

function isInspected(file: FileDoc): file is Inspected {
  return file.content !== undefined;
}

function ownFiles({ owner, fileIds }: Taking) {
  return {
    _id: { $in: fileIds.map((id) => new Types.ObjectId(id)) },
    owner: new Types.ObjectId(owner),
    endedAt: null,
  };
}

/** In the order in which they are named. */
async function findOwn({ db }: Pick<FilesDeps, 'db'>, taking: Taking): Promise<FileDoc[]> {
  const found = await fileModel(db).find(ownFiles(taking)).lean();
  const byId = new Map(found.map((file) => [fileIdOf(file), file]));
  return taking.fileIds.map((id) => {
    const file = byId.get(id);
    if (!file) throw fileNotFound();
    return file;
  });
}
