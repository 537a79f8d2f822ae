import type { CreateFileInput, FileId } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { toFailure, UploadError, type Failure } from '../connection/failure.ts';
import { callWithRetries } from '../connection/retries.ts';
import { Value, type Observable } from '../observable.ts';
import { TusUpload } from './tus-upload.ts';

/**
 * `waiting`: for its turn. `failed`: the server refused it for good, or its bytes are not on this
 * device any more; `resume` tries again.
 */
export type UploadState = { readonly sentBytes: number } & (
  | { readonly status: 'waiting' | 'uploading' | 'paused' }
  | { readonly status: 'uploaded'; readonly fileId: FileId }
  | { readonly status: 'failed'; readonly failure: Failure }
);

type UploadOptions = {
  readonly connection: Connection;
  readonly file: CreateFileInput;
  /** Undefined when the device does not have them any more. */
  readonly bytes: () => Promise<Blob | undefined>;
  readonly onChange: () => void;
};

/**
 * A file on its way to the server, in pieces: what has arrived stays there, through lost connections and restarts of either
 * side. It is one file however often it is begun.
 */
export class Upload implements Observable<UploadState> {
  readonly #options: UploadOptions;
  #file: CreateFileInput;
  readonly #state = new Value<UploadState>({ status: 'waiting', sentBytes: 0 });
  #running: AbortController | undefined;

  constructor(options: UploadOptions) {
    this.#file = options.file;
    this.#options = options;
  }

  /** As its message keeps it on this device. */
  get file(): CreateFileInput {
    return this.#file;
  }

  getSnapshot = (): UploadState => this.#state.getSnapshot();
  subscribe = (listener: () => void): (() => void) => this.#state.subscribe(listener);

  /** What is sent, for showing it; undefined when this device does not have it any more. */
  bytes(): Promise<Blob | undefined> {
    return this.#options.bytes();
  }

  /** Says what a picture shows, for those who do not see it, until its message is sent. */
  describe(alt: string): void {
    if (alt === (this.#file.alt ?? '')) return;
    this.#file = { ...this.#file, alt };
    if (this.getSnapshot().status === 'uploaded') this.#stop('waiting');
  }

  /** Keeps it from going on until `resume`. What has arrived stays. */
  pause(): void {
    const { status } = this.getSnapshot();
    if (status === 'waiting' || status === 'uploading') this.#stop('paused');
  }

  resume(): void {
    const { status } = this.getSnapshot();
    if (status === 'paused' || status === 'failed') this.#stop('waiting');
  }

  /** Called when it is its turn. */
  start(): void {
    if (this.getSnapshot().status !== 'waiting') return;
    const running = new AbortController();
    this.#running = running;
    this.#show({ status: 'uploading', sentBytes: this.getSnapshot().sentBytes });
    void this.#run(running.signal).then((state) => {
      if (!running.signal.aborted && !this.#options.connection.signal.aborted) this.#show(state);
    });
  }

  /** Ends what is under way, for good. */
  end(): void {
    this.#running?.abort();
  }

  #stop(status: 'paused' | 'waiting'): void {
    this.#running?.abort();
    this.#show({ status, sentBytes: this.getSnapshot().sentBytes });
  }

  #show(state: UploadState): void {
    this.#state.set(state);
    this.#options.onChange();
  }

  /** Never rejects. */
  async #run(signal: AbortSignal): Promise<UploadState> {
    try {
      const fileId = await this.#sendOnce(signal).catch((error: unknown) => {
        // The server lets go of what no message took for a day. The same key then makes it anew.
        if (toFailure(error).code === 'NOT_FOUND') return this.#sendOnce(signal);
        throw error;
      });
      return { status: 'uploaded', fileId, sentBytes: this.file.size };
    } catch (error) {
      return { status: 'failed', failure: toFailure(error), sentBytes: this.getSnapshot().sentBytes };
    }
  }

  async #sendOnce(signal: AbortSignal): Promise<FileId> {
    const { connection } = this.#options;
    const { fileId, upload } = await callWithRetries(connection, () =>
      connection.api.file.create.mutate(this.file),
    );
    const tus = new TusUpload(connection.url, upload, { clock: connection.clock, signal });
    const pieces = new Pieces();
    for (let sent: number | undefined; sent !== this.file.size; ) {
      const known = sent;
      let isSure = known !== undefined;
      sent = await callWithRetries(connection, async () => {
        if (signal.aborted) throw new UploadError(stopped);
        // After a failure nobody knows how much of a piece has arrived.
        const offset = isSure && known !== undefined ? known : await tus.offset();
        isSure = false;
        if (offset === this.file.size) return offset;
        return pieces.time(connection.clock, async (length) =>
          tus.append(offset, (await this.#requireBytes()).slice(offset, offset + length)),
        );
      });
      if (!signal.aborted) this.#show({ status: 'uploading', sentBytes: sent });
    }
    await this.#describe(fileId);
    return fileId;
  }

  /** What was said when the file was made may have changed since. */
  async #describe(fileId: FileId): Promise<void> {
    const { connection } = this.#options;
    const { alt } = this.#file;
    if (alt === undefined) return;
    try {
      await callWithRetries(connection, () => connection.api.file.describe.mutate({ fileId, alt }));
    } catch (error) {
      // A message has it already, with what was said then.
      if (toFailure(error).code !== 'CONFLICT') throw error;
    }
  }

  async #requireBytes(): Promise<Blob> {
    const bytes = await this.#options.bytes();
    if (bytes?.size === this.file.size) return bytes;
    throw new UploadError({
      ...stopped,
      code: 'BAD_REQUEST',
      message: 'The file is not on this device any more',
    });
  }
}

const stopped: Failure = {
  code: 'STOPPED',
  message: 'The upload was stopped',
  isRetryable: false,
  retryAfterMs: 0,
};

const pieceBytes = { first: 256 * 1024, min: 64 * 1024, max: 8 * 1024 * 1024 } as const;

/** Pieces of about a second each: small enough to show progress and to lose little, large enough to cost no time. */
class Pieces {
  #length: number = pieceBytes.first;

  async time<T>(clock: Connection['clock'], send: (length: number) => Promise<T>): Promise<T> {
    const startedAt = clock.now();
    let isQuick = false;
    try {
      const answer = await send(this.#length);
      isQuick = clock.now() - startedAt < 1_000;
      return answer;
    } finally {
      const next = isQuick ? this.#length * 2 : this.#length / 2;
      this.#length = Math.min(pieceBytes.max, Math.max(pieceBytes.min, next));
    }
  }
}
