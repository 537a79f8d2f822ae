import { DataStore, Server, Upload } from '@tus/server';
import { errorCodes, FileIdSchema, type FileId } from '@whisper/shared';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { sendError } from '../http/body.ts';
import type { Admission } from '../platform/admission.ts';
import { AppError, toAppError } from '../platform/errors.ts';
import { uploadKeyHeader } from './create-file.ts';
import type { FilesDeps } from './deps.ts';
import type { FileDoc } from './file.model.ts';
import { FileLocks } from './file-locks.ts';
import { ownerOf, toLinked } from './file.view.ts';
import { fileNotFound, findFile } from './find-file.ts';
import { requireContent } from './inspect-file.ts';
import { isUploadKey, uploadsPath } from './links.ts';
import { refusal } from './refusal.ts';
import { Transfers } from './transfers.ts';

export type UploadsDeps = Pick<
  FilesDeps,
  'db' | 'clock' | 'log' | 'metrics' | 'storage' | 'rules' | 'inspections'
> & {
  readonly admission: Pick<Admission, 'spend'>;
};

/** Uploads of one person that bring bytes at the same time, and of all. */
const uploadBounds = { direction: 'in', perOwnerMax: 6, totalMax: 256 } as const;

/** How long whoever is asked to stop writing may take. */
const drainMs = 1_000;

/**
 * Takes the bytes of files by the tus protocol, as far as it is needed: uploads are made by `file.create` alone, so here they
 * are asked about (HEAD) and continued (PATCH), by whoever shows the key that it gave.
 */
export function createUploads(deps: UploadsDeps) {
  const tus = new Server({
    path: uploadsPath.slice(0, -1),
    datastore: new UploadStore(deps),
    locker: new FileLocks(deps),
    lockDrainTimeout: drainMs,
    // Which pages may read an answer was said before.
    allowedOrigins: () => false,
    onUploadFinish: async (_request, { id }) => {
      await requireContent(deps, await requireUpload(deps, id));
      return {};
    },
    onResponseError: (_request, error) => toTusError(deps, error),
  });
  const transfers = new Transfers(deps, uploadBounds);
  return async (fileId: FileId, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const file = await findFile(deps.db, fileId);
      if (!file || !isUploadKey(toLinked(file), keyOf(request))) throw fileNotFound();
      if (file.refusal) throw refusal(file.refusal);
      await deps.admission.spend({
        personId: ownerOf(file),
        cost: { budget: 'changes', points: 1 },
        isRefusedLate: true,
      });
      if (request.method !== 'HEAD' && request.method !== 'PATCH')
        throw new AppError('BAD_REQUEST', 'An upload is asked about by HEAD and continued by PATCH');
      transfers.follow(ownerOf(file), request, response);
      await tus.handle(request, response);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else sendError(response, error);
    }
  };
}

function keyOf({ headers }: IncomingMessage): string {
  return String(headers[uploadKeyHeader] ?? '');
}

/** What tus itself refuses keeps its words; what we refuse is said as everywhere. */
function toTusError({ log }: UploadsDeps, error: Error | { status_code: number; body: string }) {
  if ('status_code' in error) return undefined;
  const { code, message, reason, cause } = toAppError(error);
  if (code === 'INTERNAL_SERVER_ERROR') log.error({ err: cause }, 'an upload failed');
  return {
    status_code: errorCodes[code].httpStatus,
    body: JSON.stringify({ code, message, ...(reason && { reason }) }),
  };
}

async function requireUpload({ db }: Pick<FilesDeps, 'db'>, id: string): Promise<FileDoc> {
  const file = await findFile(db, FileIdSchema.parse(id));
  if (!file) throw fileNotFound();
  return file;
}

/** What tus asks and tells of uploads. */
class UploadStore extends DataStore {
  readonly #deps: UploadsDeps;

  constructor(deps: UploadsDeps) {
    super();
    this.#deps = deps;
  }

  override async getUpload(id: string): Promise<Upload> {
    const file = await requireUpload(this.#deps, id);
    const offset = file.content ? file.size : await this.#deps.storage.sizeOf(file.blob);
    return new Upload({ id, size: file.size, offset });
  }

  override async write(bytes: Readable, id: string, offset: number): Promise<number> {
    const { blob } = await requireUpload(this.#deps, id);
    return this.#deps.storage.append(blob, offset, bytes);
  }
}
