import type { ErrorCode, FileRefusal } from '@whisper/shared';
import { AppError } from '../platform/errors.ts';
import type { FilesDeps } from './deps.ts';

const refusals: Readonly<Record<FileRefusal, readonly [ErrorCode, string]>> = {
  typeNotAllowed: ['BAD_REQUEST', 'Files of this type are not taken'],
  fileTooLarge: ['PAYLOAD_TOO_LARGE', 'The file is too large'],
  quotaExceeded: ['PAYLOAD_TOO_LARGE', 'You keep as many files here as you may: delete some first'],
  tooManyPixels: ['PAYLOAD_TOO_LARGE', 'The picture has too many pixels'],
  unreadablePicture: ['BAD_REQUEST', 'The picture cannot be read'],
  fileIncomplete: ['BAD_REQUEST', 'The file has not arrived yet'],
  fileUsed: ['CONFLICT', 'A file is in another message already'],
};

/** Why a file is not taken, as every wire says it. */
export function refusal(reason: FileRefusal, cause?: unknown): AppError {
  const [code, message] = refusals[reason];
  return new AppError(code, message, { reason, cause });
}

/** The same, and counted for whoever operates the server. */
export function refused({ metrics }: Pick<FilesDeps, 'metrics'>, reason: FileRefusal): AppError {
  metrics.fileRefusals.inc({ reason });
  return refusal(reason);
}
