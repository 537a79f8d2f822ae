import { expect, it } from 'vitest';
import { readPathAndWords } from './send-file.ts';

const home = '/home/alice';

it('parts a path from the words behind it, as a shell has it', () => {
  const read = (argument: string) => {
    const { path, words } = readPathAndWords(argument, { home, platform: 'linux' });
    return [path, words];
  };
  expect(read('a.txt')).toEqual(['a.txt', '']);
  expect(read('~/a.txt  look at "this"')).toEqual(['/home/alice/a.txt', 'look at "this"']);
  expect(read('"~/my notes.txt" look')).toEqual(['/home/alice/my notes.txt', 'look']);
  expect(read("'/tmp/it is.txt'")).toEqual(['/tmp/it is.txt', '']);
  expect(read('/tmp/my\\ notes\\(1\\).txt look')).toEqual(['/tmp/my notes(1).txt', 'look']);
  expect(read('~other/a.txt')).toEqual(['~other/a.txt', '']);
  expect(read('')).toEqual(['', '']);
});

it('takes a backslash of Windows for what parts folders', () => {
  const { path, words } = readPathAndWords('C:\\notes\\a.txt look', { home, platform: 'win32' });
  expect([path, words]).toEqual(['C:\\notes\\a.txt', 'look']);
});
