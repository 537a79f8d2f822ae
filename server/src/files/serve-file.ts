import type { FileId } from '@whisper/shared';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendError } from '../http/body.ts';
import type { FilesDeps } from './deps.ts';
import { toDisposition, toServedType } from './disposition.ts';
import { toLinked } from './file.view.ts';
import { fileNotFound, findFile } from './find-file.ts';
import { keyOf } from './keys.ts';
import { isGoodLink, isLastingLink, type Form } from './links.ts';
import { parseRange } from './parse-range.ts';
import type { ByteRange } from './storage.ts';
import type { Transfers } from './transfers.ts';

export type ServeDeps = Pick<FilesDeps, 'db' | 'storage' | 'log' | 'linkKey'> & {
  readonly transfers: Transfers;
};

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse };

/** Nothing that comes from here may run, load or be framed as a page, whatever it is. */
const inert = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'cross-origin',
} as const;

/** As long as a link lives at least; who has one needs no other. */
const cacheSeconds = 1_800;

/** Answers who has a link with the bytes. Everything that is no good link is the same NOT_FOUND. */
export async function serveFile(deps: ServeDeps, fileId: FileId, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  try {
    if (request.method !== 'GET' && request.method !== 'HEAD') throw fileNotFound();
    const served = await requireLinked(deps, fileId, request);
    const size = served.size ?? (await deps.storage.sizeOf(served.key));
    const range = parseRange(request.headers.range, size);
    deps.transfers.follow(fileId, request, response);
    writeHead(response, { ...served, size, range });
    if (request.method === 'HEAD' || range === 'unsatisfiable') return void response.end();
    await deps.storage.send(served.key, range ?? { start: 0, end: size - 1 }, response);
  } catch (error) {
    if (!response.headersSent) return sendError(response, error);
    response.destroy();
    if (!request.destroyed) deps.log.warn({ err: error }, 'a file could not be read');
  }
}

type Served = {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  /** Of a thumbnail the storage knows. */
  readonly size: number | undefined;
};

async function requireLinked(
  { db, linkKey }: ServeDeps,
  fileId: FileId,
  request: IncomingMessage,
): Promise<Served> {
  const file = await findFile(db, fileId);
  const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const form: Form = query.has('size') ? Number(query.get('size')) : 'file';
  const link = { form, until: Number(query.get('until')), signature: query.get('sig') ?? '' };
  if (!file?.content) throw fileNotFound();
  const isGood = isGoodLink(toLinked(file), link) || isLastingLink({ fileId, linkKey }, link);
  if (!isGood) throw fileNotFound();
  const { type, size } = file.content;
  const isFile = form === 'file';
  return {
    key: keyOf(file, form),
    name: file.name,
    type: isFile ? type : 'image/webp',
    size: isFile ? size : undefined,
  };
}

type Answer = Served & { readonly size: number; readonly range: ByteRange | 'unsatisfiable' | null };

function writeHead(response: ServerResponse, { name, type, size, range }: Answer): void {
  for (const [header, value] of Object.entries(inert)) response.setHeader(header, value);
  response.setHeader('accept-ranges', 'bytes');
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${size}`, 'content-length': 0 });
    return;
  }
  response.setHeader('cache-control', `private, max-age=${cacheSeconds}, immutable`);
  response.setHeader('content-type', toServedType(type));
  response.setHeader('content-disposition', toDisposition(name, type));
  if (!range) return void response.writeHead(200, { 'content-length': size });
  response.writeHead(206, {
    'content-range': `bytes ${range.start}-${range.end}/${size}`,
    'content-length': range.end - range.start + 1,
  });
}
