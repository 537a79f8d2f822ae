import { DataStore, MemoryLocker, Server, Upload } from '@tus/server';
import { FileIdSchema, type FileId } from '@whisper/shared';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { sendError } from '../http/body.ts';
import { AppError } from '../platform/errors.ts';
import { uploadKeyHeader, uploadsSegment } from './create-file.ts';
import type { FilesDeps } from './deps.ts';
import type { FileDoc } from './file.model.ts';
import { toLinked } from './file.view.ts';
import { fileNotFound, findFile } from './find-file.ts';
import { requireContent } from './inspect-file.ts';
import { filesPath, isUploadKey } from './links.ts';

type Deps = Pick<FilesDeps, 'db' | 'storage'>;

/**
 * Takes the bytes of files by the tus protocol, as far as it is needed: uploads are made by `file.create` alone, so here they
 * are asked about (HEAD) and continued (PATCH), by whoever shows the key that it gave.
 */
export function createUploads(deps: Deps) {
  const tus = new Server({
    path: `${filesPath}/${uploadsSegment}`,
    datastore: new UploadStore(deps),
    locker: new MemoryLocker(),
    // Which pages may read an answer was said before.
    allowedOrigins: () => false,
    onUploadFinish: async (_request, { id }) => {
      const file = await findFile(deps.db, FileIdSchema.parse(id));
      if (file) await requireContent(deps, file);
      return {};
    },
  });
  return async (fileId: FileId, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const file = await findFile(deps.db, fileId);
      if (!file || !isUploadKey(toLinked(file), keyOf(request))) throw fileNotFound();
      if (request.method !== 'HEAD' && request.method !== 'PATCH')
        throw new AppError('BAD_REQUEST', 'An upload is asked about by HEAD and continued by PATCH');
      await tus.handle(request, response);
    } catch (error) {
      sendError(response, error);
    }
  };
}

function keyOf({ headers }: IncomingMessage): string {
  return String(headers[uploadKeyHeader] ?? '');
}

/** What tus asks and tells of uploads. */
class UploadStore extends DataStore {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    super();
    this.#deps = deps;
  }

  override async getUpload(id: string): Promise<Upload> {
    const file = await this.#require(id);
    const offset = file.content ? file.size : await this.#deps.storage.sizeOf(file.blob);
    return new Upload({ id, size: file.size, offset });
  }

  override async write(bytes: Readable, id: string, offset: number): Promise<number> {
    const { blob } = await this.#require(id);
    return this.#deps.storage.append(blob, offset, bytes);
  }

  async #require(id: string): Promise<FileDoc> {
    const file = await findFile(this.#deps.db, FileIdSchema.parse(id));
    if (!file) throw fileNotFound();
    return file;
  }
}
