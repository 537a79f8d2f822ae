import {
  ChatIdSchema,
  ClientIdSchema,
  CreateFileInputSchema,
  EditMessageInputSchema,
  MessageIdSchema,
  PinInputSchema,
  ReactInputSchema,
} from '@whisper/shared';
import type { StoredEntry } from './entry.ts';

/** An entry from its JSON text; undefined for anything else, such as a file cut short by a crash. */
export function parseEntry(json: string): StoredEntry | undefined {
  try {
    const entry = withKind(JSON.parse(json));
    return isEntry(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** Version 0.1.0 had one kind of entry and did not name it. */
export function withKind<T>(stored: T): T {
  return isRecord(stored) && !('kind' in stored) ? { kind: 'send', ...stored } : stored;
}

/** Versions up to 0.1.0 took the refusal of a bundle for the refusal of each message in it: it is sent once more. */
export function toUnrefused({ failure, ...entry }: StoredEntry): StoredEntry {
  return failure && failure.code !== 'BAD_REQUEST' ? { ...entry, failure } : entry;
}

type Fields = { readonly [field: string]: unknown };

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isEntry(value: unknown): value is StoredEntry {
  return (
    isRecord(value) &&
    ClientIdSchema.safeParse(value['clientId']).success &&
    ChatIdSchema.safeParse(value['chatId']).success &&
    typeof value['queuedAt'] === 'number' &&
    hasFieldsOfKind(value)
  );
}

function hasFieldsOfKind(fields: Fields): boolean {
  switch (fields['kind']) {
    case 'send':
      return typeof fields['text'] === 'string' && hasFiles(fields);
    case 'forward':
      return typeof fields['text'] === 'string' && MessageIdSchema.safeParse(fields['messageId']).success;
    case 'edit':
      return namesMessage(fields) && EditMessageInputSchema.shape.text.safeParse(fields['text']).success;
    case 'delete':
    case 'hide':
      return namesMessage(fields);
    case 'react':
      return namesMessage(fields) && ReactInputSchema.omit({ messageId: true }).safeParse(fields).success;
    case 'pin':
      return namesMessage(fields) && PinInputSchema.omit({ messageId: true }).safeParse(fields).success;
    default:
      return false;
  }
}

function hasFiles({ files }: Fields): boolean {
  return files === undefined || CreateFileInputSchema.array().safeParse(files).success;
}

function namesMessage({ messageId, draftId }: Fields): boolean {
  return messageId === null
    ? ClientIdSchema.safeParse(draftId).success
    : MessageIdSchema.safeParse(messageId).success;
}
