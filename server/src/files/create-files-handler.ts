import { FileIdSchema } from '@whisper/shared';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendError } from '../http/body.ts';
import { fileNotFound } from './find-file.ts';
import { filesPath, uploadsPath } from './links.ts';
import { serveFile, type ServeDeps } from './serve-file.ts';
import { Transfers } from './transfers.ts';
import { createUploads, type UploadsDeps } from './uploads.ts';

/** Downloads of one file at the same time, and of all. A browser asks for parts of a film twice at most. */
const downloadBounds = { direction: 'out', perOwnerMax: 64, totalMax: 512 } as const;

/** What the port answers below `filesPath`: uploads, and what links lead to. */
export function createFilesHandler(deps: UploadsDeps & Omit<ServeDeps, 'transfers'>) {
  const upload = createUploads(deps);
  const serveDeps = { ...deps, transfers: new Transfers(deps, downloadBounds) };
  return (request: IncomingMessage, response: ServerResponse): void => {
    const { url = '' } = request;
    const isUpload = url.startsWith(uploadsPath);
    const [id] = url.slice(isUpload ? uploadsPath.length : filesPath.length + 1).split(/[/?#]/);
    const fileId = FileIdSchema.safeParse(id).data;
    if (!fileId) sendError(response, fileNotFound());
    else if (isUpload) void upload(fileId, request, response);
    else void serveFile(serveDeps, fileId, { request, response });
  };
}
