import { ChatIdSchema, ClientIdSchema, UserIdSchema } from '@whisper/shared';
import { describe, expect, it } from 'vitest';
import { createUuid } from './create-uuid.ts';
import type { OutboxStorage, StoredDraft } from './outbox-storage.ts';

const alice = UserIdSchema.parse('a'.repeat(24));
const bob = UserIdSchema.parse('b'.repeat(24));

export function buildDraft(
  overrides: Partial<Pick<StoredDraft, 'text' | 'chatId' | 'queuedAt'>> = {},
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

/** What every storage promises; `reopen` gives what a later process would see. */
export function describeOutboxStorage(
  name: string,
  open: () => { readonly reopen: () => OutboxStorage },
): void {
  describe(name, () => {
    it('gives back later what was put, for that person alone', async () => {
      const { reopen } = open();
      const drafts = [buildDraft({ text: 'ünï ✓\n' }), buildDraft()];
      for (const draft of drafts) await reopen().put(alice, draft);

      expect(new Set(await reopen().list(alice))).toEqual(new Set(drafts));
      expect(await reopen().list(bob)).toEqual([]);
    });

    it('replaces a draft that is put again', async () => {
      const { reopen } = open();
      const draft = buildDraft();
      const failed = { ...draft, failure: { code: 'CONFLICT', message: 'no' } };
      await reopen().put(alice, draft);

      await reopen().put(alice, failed);

      expect(await reopen().list(alice)).toEqual([failed]);
    });

    it('removes one draft, and what is not there without a word', async () => {
      const { reopen } = open();
      const [kept, removed] = [buildDraft(), buildDraft()];
      for (const draft of [kept, removed]) await reopen().put(alice, draft);

      await reopen().remove(alice, removed.clientId);
      await reopen().remove(alice, removed.clientId);
      await reopen().remove(bob, kept.clientId);

      expect(await reopen().list(alice)).toEqual([kept]);
    });
  });
}
