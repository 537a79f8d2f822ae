import { ChatIdSchema, ClientIdSchema } from '@whisper/shared';
import { createUuid } from '../src/outbox/create-uuid.ts';
import type { StoredDraft } from '../src/outbox/entry.ts';

/** For tests. */
export function buildDraft(
  overrides: Partial<Pick<StoredDraft, 'text' | 'chatId' | 'queuedAt' | 'failure'>> = {},
): StoredDraft {
  return {
    kind: 'send',
    clientId: ClientIdSchema.parse(createUuid()),
    chatId: ChatIdSchema.parse('c'.repeat(24)),
    text: 'hello',
    queuedAt: 1,
    ...overrides,
  };
}
