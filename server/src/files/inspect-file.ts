import { fileTypeFromBuffer } from 'file-type';
import { AppError } from '../platform/errors.ts';
import type { FilesDeps } from './deps.ts';
import { fileModel, type FileContent, type FileDoc } from './file.model.ts';

type Deps = Pick<FilesDeps, 'db' | 'storage'>;

/** What a file whose bytes have all arrived is; BAD_REQUEST while some are missing. */
export async function requireContent(deps: Deps, file: FileDoc): Promise<FileContent> {
  if (file.content) return file.content;
  if ((await deps.storage.sizeOf(file.blob)) !== file.size)
    throw new AppError('BAD_REQUEST', 'The file has not arrived yet');
  return inspectFile(deps, file);
}

/** Looks at the bytes of a file that is there, and notes what they are. */
export async function inspectFile({ db, storage }: Deps, file: FileDoc): Promise<FileContent> {
  const start: Buffer[] = [];
  for await (const chunk of await storage.read(file.blob, { start: 0, end: 4_099 })) start.push(chunk);
  const found = await fileTypeFromBuffer(Buffer.concat(start));
  const content = { type: found?.mime ?? 'application/octet-stream', size: file.size };
  await fileModel(db).updateOne({ _id: file._id }, { $set: { content } });
  return content;
}
