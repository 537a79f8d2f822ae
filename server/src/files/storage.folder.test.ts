import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { describeFileStorage } from './storage.contract.ts';
import { FolderStorage } from './storage.folder.ts';

const folder = await mkdtemp(join(tmpdir(), 'whisper-files-'));
afterAll(() => rm(folder, { recursive: true }));

describeFileStorage('a folder', () => new FolderStorage(join(folder, 'files')));
