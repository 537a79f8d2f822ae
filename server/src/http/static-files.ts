import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { redirect } from './answer.ts';
import { isItself, withClosingSlash } from './base-path.ts';

type Options = {
  /** The folder of the bundle. It may be missing, and may be built again while the server runs. */
  readonly dir: string;
  /** The URL path the bundle lives at: `/`, or `/panel`. */
  readonly base: string;
  /** Answer a path that is no file with index.html, for an app that routes by path. Default false. */
  readonly hasFallback?: boolean;
  /** Content-Security-Policy of the pages; `pagePolicy` unless given. */
  readonly policy?: string;
};

type StaticFile = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly etag: string;
  readonly encoded: Map<Encoding, Buffer>;
};

type Bundle = Map<string, StaticFile>;

type Encoding = 'br' | 'gzip';

/** How deep the addresses of an app that routes by path may be. */
const depthMax = 3;

/** What a page of ours may do: its own scripts, styles and server, and pictures from anywhere over https. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "img-src 'self' data: blob: https:",
  "media-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

const compressible = /^(text|application|image\/svg)/;

/**
 * Serves a built bundle from memory. Only files that were in the folder when it was read exist, so no path leads
 * out of it. Vite's hashed `assets/` are kept for ever by browsers, everything else is asked for again by etag.
 */
export function createStaticFiles(
  options: Options,
): (request: IncomingMessage, response: ServerResponse) => void {
  const readBundle = rememberBundle(options);
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return sendText(response, 405, 'Only GET and HEAD are answered here.');
    }
    const files = readBundle();
    if (!files) return sendText(response, 503, 'This page is not built yet. Run: pnpm build');
    if (isItself(options.base, request.url) && options.base !== '/') {
      return redirect(response, withClosingSlash(request.url));
    }
    const path = pathBelow(options.base, request.url);
    const file = files.get(path) ?? (options.hasFallback && !extname(path) ? pageAt(path, files) : undefined);
    if (file) send(request, response, file);
    else sendText(response, 404, 'There is nothing here.');
  };
}

/** `assets/a.js` of `/panel/assets/a.js?v=1`; `index.html` of the base itself. */
function pathBelow(base: string, url = '/'): string {
  const path = url
    .replace(/[?#].*$/s, '')
    .slice(base.length)
    .replace(/^\/+/, '');
  return path === '' ? 'index.html' : path;
}

/** The app's page for one of its own addresses: what it loads lies as many folders up as the address is deep. */
function pageAt(path: string, files: Bundle): StaticFile | undefined {
  const up = path.split('/').length - 1;
  return files.get(up === 0 ? 'index.html' : `index.html ${up}`);
}

/** Reads the folder once, and again when its index.html is another one. Undefined while there is none. */
function rememberBundle({ dir, policy = pagePolicy }: Options) {
  let version: number | undefined;
  let files: Bundle | undefined;
  return () => {
    const found = statSync(join(dir, 'index.html'), { throwIfNoEntry: false })?.mtimeMs;
    if (found !== version) files = found === undefined ? undefined : readFiles(dir, policy);
    version = found;
    return files;
  };
}

function readFiles(dir: string, policy: string): Bundle {
  const paths = readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && extname(entry.name) in contentTypes)
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'));
  const files = new Map(
    paths.map((path) => [path, toStaticFile(path, readFileSync(join(dir, path)), policy)]),
  );
  const page = files.get('index.html')?.body.toString() ?? '';
  for (let up = 1; up <= depthMax; up += 1) {
    const body = page.replace(/(\s(?:src|href)=")\.\//g, `$1${'../'.repeat(up)}`);
    files.set(`index.html ${up}`, toStaticFile('index.html', Buffer.from(body), policy));
  }
  return files;
}

function toStaticFile(path: string, body: Buffer, policy: string): StaticFile {
  const contentType = contentTypes[extname(path)] ?? 'application/octet-stream';
  const headers = {
    'content-type': contentType,
    'cache-control': path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    ...(contentType.startsWith('text/html') && { 'content-security-policy': policy }),
  };
  const etag = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { headers, body, etag, encoded: new Map() };
}

function send(request: IncomingMessage, response: ServerResponse, file: StaticFile): void {
  const encoding = compressible.test(file.headers['content-type'] ?? '') ? encodingFor(request) : undefined;
  const etag = `"${file.etag}${encoding ? `-${encoding}` : ''}"`;
  const headers = { ...file.headers, etag };
  response.appendHeader('vary', 'accept-encoding');
  if (request.headers['if-none-match']?.includes(etag)) return void response.writeHead(304, headers).end();
  const body = encoding ? encode(file, encoding) : file.body;
  response.writeHead(200, {
    ...headers,
    'content-length': body.length,
    ...(encoding && { 'content-encoding': encoding }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function encodingFor({ headers }: IncomingMessage): Encoding | undefined {
  const accepted = String(headers['accept-encoding'] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => !/;\s*q=0(\.0*)?$/.test(part))
    .map((part) => part.split(';')[0]);
  return (['br', 'gzip'] as const).find((encoding) => accepted.includes(encoding));
}

/** Compressed on the first request and kept. */
function encode(file: StaticFile, encoding: Encoding): Buffer {
  const known = file.encoded.get(encoding);
  if (known) return known;
  const made =
    encoding === 'gzip'
      ? gzipSync(file.body)
      : brotliCompressSync(file.body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } });
  file.encoded.set(encoding, made);
  return made;
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(`${text}\n`);
}
