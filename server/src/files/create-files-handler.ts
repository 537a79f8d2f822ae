import { FileIdSchema } from '@whisper/shared';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendError } from '../http/body.ts';
import { uploadsSegment } from './create-file.ts';
import type { FilesDeps } from './deps.ts';
import { fileNotFound } from './find-file.ts';
import { filesPath } from './links.ts';
import { serveFile } from './serve-file.ts';
import { createUploads } from './uploads.ts';

/** What the port answers below `filesPath`: uploads, and what links lead to. */
export function createFilesHandler(deps: Pick<FilesDeps, 'db' | 'storage'>) {
  const upload = createUploads(deps);
  return (request: IncomingMessage, response: ServerResponse): void => {
    const [, first = '', second = ''] = (request.url ?? '').slice(filesPath.length).split(/[/?#]/);
    const isUpload = first === uploadsSegment;
    const fileId = FileIdSchema.safeParse(isUpload ? second : first).data;
    if (!fileId) sendError(response, fileNotFound());
    else if (isUpload) void upload(fileId, request, response);
    else void serveFile(deps, fileId, { request, response });
  };
}
