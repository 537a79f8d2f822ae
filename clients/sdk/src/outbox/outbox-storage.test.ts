import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserIdSchema } from '@whisper/shared';
import { expect, it, onTestFinished } from 'vitest';
import { browserStorage } from './browser-storage.ts';
import { fileStorage } from './file-storage.ts';
import { memoryStorage } from './memory-storage.ts';
import { buildDraft, describeOutboxStorage } from './outbox-storage.contract.ts';

const alice = UserIdSchema.parse('a'.repeat(24));

describeOutboxStorage('a storage in memory', () => {
  const storage = memoryStorage();
  return { reopen: () => storage };
});

describeOutboxStorage('a storage in the browser', () => {
  const shelf = new Shelf();
  return { reopen: () => browserStorage(shelf) };
});

describeOutboxStorage('a storage in files', () => {
  const folder = makeFolder();
  return { reopen: () => fileStorage(folder) };
});

it('leaves out a file that was cut short and one that is something else', () => {
  const folder = makeFolder();
  const storage = fileStorage(folder);
  const draft = buildDraft();
  void storage.put(alice, draft);
  writeFileSync(join(folder, alice, 'cut.json'), JSON.stringify(draft).slice(0, 20));
  writeFileSync(join(folder, alice, 'other.json'), '{"text":"hello"}');
  writeFileSync(join(folder, alice, 'draft.json.new'), JSON.stringify(draft));

  expect(storage.list(alice)).toEqual([draft]);
});

it('takes an entry without a kind for a message that version 0.1.0 left, and leaves out a kind it does not know', () => {
  const shelf = new Shelf();
  const { kind: _, ...old } = buildDraft();
  shelf.setItem(`whisper:outbox:${alice}:${old.clientId}`, JSON.stringify(old));
  shelf.setItem(`whisper:outbox:${alice}:x`, JSON.stringify({ ...old, kind: 'shout' }));

  expect(browserStorage(shelf).list(alice)).toEqual([{ ...old, kind: 'send' }]);
});

it('leaves out what else stands in the browser’s storage', () => {
  const shelf = new Shelf();
  shelf.setItem('theme', 'dark');
  shelf.setItem(`whisper:outbox:${alice}:x`, '{');

  expect(browserStorage(shelf).list(alice)).toEqual([]);
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'whisper-outbox-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A `Storage` as browsers have it. */
class Shelf implements Storage {
  readonly #items = new Map<string, string>();

  get length(): number {
    return this.#items.size;
  }

  key(index: number): string | null {
    return [...this.#items.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }

  removeItem(key: string): void {
    this.#items.delete(key);
  }

  clear(): void {
    this.#items.clear();
  }
}
