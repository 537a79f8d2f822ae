import { expect, it } from 'vitest';
import { readEntered } from './entered-line.ts';

it('takes a slash and letters for a command, with what follows as its argument', () => {
  expect(readEntered(' /with  dave dee ')).toEqual({
    kind: 'command',
    command: '/with',
    argument: 'dave dee',
  });
  expect(readEntered('/QUIT')).toEqual({ kind: 'command', command: '/quit', argument: '' });
});

it('never sends a mistyped command', () => {
  for (const word of ['/quti', '/', '/?'])
    expect(readEntered(`${word} now`)).toEqual({ kind: 'unknown', word });
});

it('takes everything else for a text, with one slash less when it begins with two', () => {
  const textOf = (line: string) => {
    const entered = readEntered(line);
    return entered.kind === 'text' ? entered.text : entered;
  };
  expect(textOf('/etc/hosts is a file')).toBe('/etc/hosts is a file');
  expect(textOf('//etc/hosts is a file')).toBe('/etc/hosts is a file');
  expect(textOf('//quit is how one leaves')).toBe('/quit is how one leaves');
  expect(textOf('/2 of it')).toBe('/2 of it');
  expect(textOf('and/or')).toBe('and/or');
});
