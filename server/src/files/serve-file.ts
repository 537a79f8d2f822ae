import type { FileId } from '@whisper/shared';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { sendError } from '../http/body.ts';
import type { FilesDeps } from './deps.ts';
import type { FileContent, FileDoc } from './file.model.ts';
import { toLinked } from './file.view.ts';
import { fileNotFound, findFile } from './find-file.ts';
import { isGoodLink, type Form } from './links.ts';
import { parseRange } from './parse-range.ts';
import type { ByteRange } from './storage.ts';

type Deps = Pick<FilesDeps, 'db' | 'storage'>;

/** Answers who has a link with the bytes. Everything that is no good link is the same NOT_FOUND. */
export async function serveFile(
  deps: Deps,
  fileId: FileId,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  try {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw fileNotFound();
    const { file, content } = await requireLinked(deps, fileId, request);
    const range = parseRange(request.headers.range, content.size);
    writeHead(response, { file, content, range });
    if (request.method === 'HEAD' || range === 'unsatisfiable') return void response.end();
    await pipeline(await deps.storage.read(file.blob, range ?? undefined), response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else sendError(response, error);
  }
}

async function requireLinked({ db }: Deps, fileId: FileId, request: IncomingMessage) {
  const file = await findFile(db, fileId);
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const form: Form = query.has('size') ? Number(query.get('size')) : 'file';
  const link = { form, until: Number(query.get('until')), signature: query.get('sig') ?? '' };
  if (!file?.content || !isGoodLink(toLinked(file), link)) throw fileNotFound();
  return { file, content: file.content, form };
}

type Answer = {
  readonly file: FileDoc;
  readonly content: FileContent;
  readonly range: ByteRange | 'unsatisfiable' | null;
};

function writeHead(response: ServerResponse, { file, content, range }: Answer): void {
  const { size } = content;
  response.setHeader('accept-ranges', 'bytes');
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('content-security-policy', "default-src 'none'; sandbox");
  response.setHeader('cache-control', 'private, max-age=900');
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${size}`, 'content-length': 0 });
    return;
  }
  response.setHeader('content-type', content.type);
  response.setHeader('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`);
  if (!range) return void response.writeHead(200, { 'content-length': size });
  response.writeHead(206, {
    'content-range': `bytes ${range.start}-${range.end}/${size}`,
    'content-length': range.end - range.start + 1,
  });
}
