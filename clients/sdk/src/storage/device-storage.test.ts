import 'fake-indexeddb/auto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { AsyncStorage, makeFolder, Shelf } from '../../test/storages.ts';
import { browserStorage } from './browser-storage.ts';
import { describeDeviceStorage } from './device-storage.contract.ts';
import type { DeviceStorage } from './device-storage.ts';
import { fileStorage } from './file-storage.ts';
import { indexedDbStorage } from './indexed-db-storage.ts';
import { memoryStorage } from './memory-storage.ts';

describeDeviceStorage('a storage in memory', () => {
  const storage = memoryStorage();
  return { reopen: () => storage };
});

describeDeviceStorage('a storage in the browser', () => {
  const shelf = new Shelf();
  return { reopen: () => browserStorage(shelf) };
});

describeDeviceStorage('a storage in IndexedDB', () => {
  const name = crypto.randomUUID();
  return { reopen: () => indexedDbStorage(name) };
});

describeDeviceStorage('a storage in files', () => {
  const folder = makeFolder();
  return { reopen: () => fileStorage(folder) };
});

describeDeviceStorage('an AsyncStorage as React Native has it', () => {
  const storage: DeviceStorage = new AsyncStorage();
  return { reopen: () => storage };
});

it('reads the item as it was before the process that wrote it was killed, and removes what that left', async () => {
  const folder = makeFolder();
  const storage = fileStorage(folder);
  await storage.setItem('whisper:cache:home', 'whole');
  writeFileSync(join(folder, 'cache', 'home.json.4711.new'), 'ha');
  writeFileSync(join(folder, 'cache', 'first.json.4711.new'), 'ha');

  expect(await storage.getItem('whisper:cache:home')).toBe('whole');
  expect(await storage.getItem('whisper:cache:first')).toBeNull();
  for (const key of await storage.getAllKeys()) await storage.removeItem(key);
  expect(readdirSync(join(folder, 'cache'))).toEqual([]);
});

it('keeps an item where version 0.1.0 kept it', () => {
  const folder = makeFolder();
  mkdirSync(join(folder, 'outbox', 'alice'), { recursive: true });
  writeFileSync(join(folder, 'outbox', 'alice', 'draft-1.json'), 'hello');

  expect(fileStorage(folder).getItem('whisper:outbox:alice:draft-1')).toBe('hello');
});

it('lets no key lead out of its folder', () => {
  const storage = fileStorage(makeFolder());

  for (const key of ['whisper:..:..:x', 'whisper:a/../../x', 'other:x', 'whisper:']) {
    expect(() => storage.setItem(key, 'text')).toThrow('This cannot be a key');
  }
});
