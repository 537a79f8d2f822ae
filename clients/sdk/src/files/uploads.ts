import {
  ClientIdSchema,
  CreateFileInputSchema,
  limits,
  mendName,
  type ClientId,
  type CreateFileInput,
  type FileId,
  type UserId,
} from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { UploadError } from '../connection/failure.ts';
import { createUuid } from '../outbox/create-uuid.ts';
import type { DeviceFiles } from './device-files.ts';
import { Upload } from './upload.ts';

/** So many go at once: more would only share the same line. */
const runningMax = 3;

/** A file of no message is let go of on this device when it is also let go of by the server. */
const unsentMs = 24 * 60 * 60_000;

type UploadsOptions = {
  readonly connection: Connection;
  readonly files: DeviceFiles;
  /** What waits for a file may go on. */
  readonly onSettled: () => void;
};

/** The files that this device is sending, oldest first. Their bytes are kept by person until their message is sent. */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #uploads = new Map<ClientId, Upload>();
  /** What the device has not been given yet, or will not take. */
  readonly #held = new Map<ClientId, Blob>();
  #userId: UserId | undefined;

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /** Begins to send a file. Throws a ZodError for one that is empty. */
  attach(bytes: Blob, { name, type, alt }: FileFacts = {}): Upload {
    const file = CreateFileInputSchema.parse({
      clientId: ClientIdSchema.parse(createUuid()),
      name: mendName(name ?? nameOf(bytes)) || 'file',
      type: (type ?? bytes.type).slice(0, limits.mediaTypeLengthMax),
      size: bytes.size,
      ...(alt && { alt }),
    });
    this.#held.set(file.clientId, bytes);
    void this.#keep(file.clientId, bytes);
    return this.#add(file);
  }

  /** The upload of a file of a queued message: `find(draft.files[0].clientId)`. */
  find(clientId: ClientId): Upload | undefined {
    return this.#uploads.get(clientId);
  }

  /** Takes up what an earlier process left, and lets go of what no message of it refers to. */
  takeUp(files: readonly CreateFileInput[]): void {
    for (const file of files) if (!this.#uploads.has(file.clientId)) this.#add(file);
    void this.#prune().catch(this.#report);
  }

  /** Nothing that may still change of itself. */
  areSettled(files: readonly CreateFileInput[]): boolean {
    const statuses = files.map(({ clientId }) => this.find(clientId)?.getSnapshot().status);
    return statuses.includes('failed') || statuses.every((status) => status === 'uploaded');
  }

  /** The server's names of files that are settled; throws why one was refused. */
  idsOf(files: readonly CreateFileInput[]): FileId[] {
    return files.map(({ clientId }) => {
      const state = this.find(clientId)?.getSnapshot();
      if (state?.status === 'uploaded') return state.fileId;
      throw state?.status === 'failed'
        ? new UploadError(state.failure)
        : new Error('The file is not sent yet');
    });
  }

  /** Those that failed are tried once more. */
  retry(files: readonly CreateFileInput[]): void {
    for (const { clientId } of files) this.find(clientId)?.resume();
  }

  /** Lets go of files whose message is sent or will never be. */
  remove(files: readonly CreateFileInput[]): void {
    for (const { clientId } of files) {
      this.find(clientId)?.end();
      this.#uploads.delete(clientId);
      this.#held.delete(clientId);
      if (this.#userId) void this.#options.files.remove(keyOf(this.#userId, clientId)).catch(this.#report);
    }
    this.#sendNext();
  }

  /** Keeps what was attached so far as this person's. */
  open(userId: UserId): void {
    if (this.#userId === userId) return;
    this.#userId = userId;
    for (const [clientId, bytes] of this.#held) void this.#keep(clientId, bytes);
  }

  /** Lets go of a person's files, which stay on the device. */
  clear(): void {
    for (const upload of this.#uploads.values()) upload.end();
    this.#uploads.clear();
    this.#held.clear();
    this.#userId = undefined;
  }

  close(): void {
    for (const upload of this.#uploads.values()) upload.end();
  }

  #add(file: CreateFileInput): Upload {
    const { connection } = this.#options;
    const upload: Upload = new Upload({
      connection,
      file,
      bytes: () => this.#bytesOf(file.clientId),
      onChange: () => this.#changed(upload),
    });
    this.#uploads.set(file.clientId, upload);
    this.#sendNext();
    return upload;
  }

  #changed(upload: Upload): void {
    const { status } = upload.getSnapshot();
    if (status === 'uploading') return;
    this.#sendNext();
    if (status === 'uploaded' || status === 'failed') this.#options.onSettled();
  }

  #sendNext(): void {
    const statusOf = (upload: Upload) => upload.getSnapshot().status;
    const all = [...this.#uploads.values()];
    const free = runningMax - all.filter((upload) => statusOf(upload) === 'uploading').length;
    for (const upload of all.filter((each) => statusOf(each) === 'waiting').slice(0, Math.max(0, free)))
      upload.start();
  }

  async #bytesOf(clientId: ClientId): Promise<Blob | undefined> {
    const held = this.#held.get(clientId);
    if (held || !this.#userId) return held;
    return this.#options.files.get(keyOf(this.#userId, clientId));
  }

  /** What the device keeps is read from there: a page may forget a file that was picked. */
  async #keep(clientId: ClientId, bytes: Blob): Promise<void> {
    if (!this.#userId) return;
    try {
      await this.#options.files.put(keyOf(this.#userId, clientId), bytes);
    } catch (error) {
      this.#report(error);
    }
  }

  async #prune(): Promise<void> {
    const { files, connection } = this.#options;
    const userId = this.#userId;
    if (!userId) return;
    const old = (await files.list()).filter(({ at }) => at < connection.clock.now() - unsentMs);
    for (const { key } of old) {
      const clientId = clientIdOf(userId, key);
      if (clientId && !this.#uploads.has(clientId)) await files.remove(key);
    }
  }

  readonly #report = (error: unknown): void => this.#options.connection.onError(error);
}

/** What is said of a file, where its bytes do not say it. `alt`: what a picture shows. */
export type FileFacts = { readonly name?: string; readonly type?: string; readonly alt?: string };

function nameOf(bytes: Blob): string {
  return 'name' in bytes && typeof bytes.name === 'string' ? bytes.name : '';
}

/** By person, so that nobody sends another's. */
function keyOf(userId: UserId, clientId: ClientId): string {
  return `${userId}-${clientId}`;
}

function clientIdOf(userId: UserId, key: string): ClientId | undefined {
  const prefix = `${userId}-`;
  return key.startsWith(prefix) ? ClientIdSchema.safeParse(key.slice(prefix.length)).data : undefined;
}
