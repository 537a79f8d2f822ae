import { errorCodes, toFileAddress, type CreatedFile, type ErrorCode } from '@whisper/shared';
import type { Clock } from '../clock.ts';
import { UploadError, type Failure } from '../connection/failure.ts';
import { TimedFetch } from '../connection/timed-fetch.ts';

const version = { 'tus-resumable': '1.0.0' } as const;

/** How long one piece may take. A piece that takes longer is sent in smaller ones. */
const deadlines = { headersMs: 60_000, bodyMs: 30_000 } as const;

type Headers = Readonly<Record<string, string>>;
type Asking = { readonly method: string; readonly headers?: Headers; readonly body?: Blob };

/**
 * One upload as its server has it, by the tus protocol 1.0.0 (https://tus.io/protocols/resumable-upload), of which
 * resuming needs two requests: how much is there, and more of it. Rejects with an `UploadError`.
 */
export class TusUpload {
  readonly #url: string;
  readonly #headers: Headers;
  readonly #http: TimedFetch;
  readonly #signal: AbortSignal;

  constructor(serverUrl: string, { url, headers }: CreatedFile['upload'], options: Options) {
    this.#url = toFileAddress(serverUrl, url);
    this.#headers = headers;
    this.#http = new TimedFetch(options.clock, deadlines);
    this.#signal = options.signal;
  }

  /** How many bytes are there. */
  async offset(): Promise<number> {
    return offsetOf(await this.#ask({ method: 'HEAD' }));
  }

  /** Sends what comes behind the first `offset` bytes; answers how many are there then. */
  async append(offset: number, bytes: Blob): Promise<number> {
    const headers = { 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' };
    return offsetOf(await this.#ask({ method: 'PATCH', headers, body: bytes }));
  }

  async #ask({ headers, ...asking }: Asking): Promise<Response> {
    let response: Response;
    try {
      const all = { ...version, ...this.#headers, ...headers };
      response = await this.#http.fetch(this.#url, { ...asking, headers: all, signal: this.#signal });
    } catch {
      throw new UploadError(unreachable);
    }
    if (response.ok) return response;
    throw new UploadError(await explain(response));
  }
}

type Options = { readonly clock: Clock; readonly signal: AbortSignal };

const unreachable: Failure = {
  code: 'UNREACHABLE',
  message: 'The server could not be reached',
  isRetryable: true,
  retryAfterMs: 0,
};

function offsetOf({ headers }: Response): number {
  const text = headers.get('upload-offset');
  if (text !== null && /^\d+$/.test(text)) return Number(text);
  throw new UploadError(unreachable);
}

/** What only Whisper says is final. Other answers are of tus, such as that another tab sends as well, or of a proxy. */
async function explain(response: Response): Promise<Failure> {
  if (response.status === 404 || response.status === 410)
    return { ...unreachable, code: 'NOT_FOUND', message: 'The upload is gone', isRetryable: false };
  const retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1000 || 0;
  const said: unknown = await response.json().catch(() => null);
  if (!isAppError(said)) return { ...unreachable, retryAfterMs };
  return { ...said, isRetryable: errorCodes[said.code].isRetryable, retryAfterMs };
}

function isAppError(said: unknown): said is { readonly code: ErrorCode; readonly message: string } {
  if (typeof said !== 'object' || said === null || !('code' in said) || !('message' in said)) return false;
  return typeof said.code === 'string' && said.code in errorCodes && typeof said.message === 'string';
}
