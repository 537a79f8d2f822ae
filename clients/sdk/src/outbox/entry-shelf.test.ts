import { UserIdSchema } from '@whisper/shared';
import { expect, it } from 'vitest';
import { memoryStorage } from '../storage/memory-storage.ts';
import { buildDraft } from '../../test/build-draft.ts';
import { EntryShelf } from './entry-shelf.ts';

const alice = UserIdSchema.parse('a'.repeat(24));
const bob = UserIdSchema.parse('b'.repeat(24));

it('gives back what was put, for that person alone, until it is removed', async () => {
  const storage = memoryStorage();
  const shelf = new EntryShelf(storage, alice);
  const [kept, removed] = [buildDraft(), buildDraft()];
  for (const draft of [kept, removed]) await shelf.put(draft);
  await new EntryShelf(storage, bob).remove(kept.clientId);
  const failed = { ...kept, failure: { code: 'CONFLICT', message: 'no' } };

  await shelf.remove(removed.clientId);
  await shelf.put(failed);

  expect(await shelf.list()).toEqual([failed]);
  expect(await new EntryShelf(storage, bob).list()).toEqual([]);
});

it('takes an entry without a kind for a message of version 0.1.0, and leaves out what it cannot read', async () => {
  const storage = memoryStorage();
  const { kind: _, ...old } = buildDraft();
  const put = (name: string, text: string) => storage.setItem(`whisper:outbox:${alice}:${name}`, text);
  await put(old.clientId, JSON.stringify(old));
  await put('of-another-kind', JSON.stringify({ ...old, kind: 'shout' }));
  await put('cut-short', JSON.stringify(old).slice(0, 20));
  await put('else', '{"text":"hello"}');
  await storage.setItem('theme', 'dark');

  expect(await new EntryShelf(storage, alice).list()).toEqual([{ ...old, kind: 'send' }]);
});
