import type { ClientId, FileId, UserId } from '@whisper/shared';
import type { Connection as Database } from 'mongoose';
import type { FairGate } from '../platform/fair-gate.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { FileRules } from './file-rules.ts';
import type { FileStorage } from './storage.ts';

/** What this room needs. Messages sit above files, so what says which message a file is in is handed down. */
export type FilesDeps = {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'fileBytes' | 'fileTransfers' | 'fileRefusals' | 'filesRemoved'>;
  readonly storage: FileStorage;
  readonly rules: FileRules;
  /** What lasting links are signed with. */
  readonly linkKey: string;
  /** Files are looked at one after the other, people in turn: a picture takes memory and time. */
  readonly inspections: Pick<FairGate, 'run'>;
  /** The file of a message that the person may read now. */
  readonly isShownIn: (use: FileUse, viewerId: UserId) => Promise<boolean>;
  /** Whether there is such a message, with the file in it. */
  readonly isInMessage: (use: FileUse) => Promise<boolean>;
};

/** A file in the message that its owner sent under this clientId. */
export type FileUse = { readonly fileId: FileId; readonly owner: UserId; readonly clientId: ClientId };
