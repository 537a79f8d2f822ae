import type { ClientId, FileId, UserId } from '@whisper/shared';
import type { Connection as Database } from 'mongoose';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { FileStorage } from './storage.ts';

/** What this room needs. Messages sit above files, so what says which message a file is in is handed down. */
export type FilesDeps = {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly storage: FileStorage;
  /** The file of a message that the person may read now. */
  readonly isShownIn: (use: FileUse, viewerId: UserId) => Promise<boolean>;
};

/** A file in the message that its owner sent under this clientId. */
export type FileUse = { readonly fileId: FileId; readonly owner: UserId; readonly clientId: ClientId };
