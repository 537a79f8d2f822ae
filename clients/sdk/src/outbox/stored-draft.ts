import { ChatIdSchema, ClientIdSchema } from '@whisper/shared';
import type { StoredDraft } from './outbox-storage.ts';

/** A draft from its JSON text; undefined for anything else, such as a file cut short by a crash. */
export function parseDraft(json: string): StoredDraft | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isDraft(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isDraft(value: unknown): value is StoredDraft {
  return (
    typeof value === 'object' &&
    value !== null &&
    'clientId' in value &&
    ClientIdSchema.safeParse(value.clientId).success &&
    'chatId' in value &&
    ChatIdSchema.safeParse(value.chatId).success &&
    'text' in value &&
    typeof value.text === 'string' &&
    'queuedAt' in value &&
    typeof value.queuedAt === 'number'
  );
}
