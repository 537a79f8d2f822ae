import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import type { ProcedureDescription } from '../api/description.ts';
import { snippetsFor, type SnippetRequest } from './snippets.ts';

const send: ProcedureDescription = {
  path: 'message.send',
  kind: 'mutation',
  docs: '',
  input: null,
  output: null,
  event: null,
};

function textOf(title: string, request: Partial<SnippetRequest>): string {
  const snippets = snippetsFor({
    procedure: send,
    input: undefined,
    url: 'http://host',
    name: 'alice',
    ...request,
  });
  return snippets.find((snippet) => snippet.title === title)?.text ?? '';
}

it('writes inputs as TypeScript, dates as Dates', () => {
  const input = { text: `it's "fine"\n`, at: new Date(0), tags: ['a'], 'odd key': null };

  expect(textOf('SDK', { input })).toContain(
    [
      'whisper.api.message.send.mutate({',
      `  text: 'it\\'s "fine"\\n',`,
      "  at: new Date('1970-01-01T00:00:00.000Z'),",
      "  tags: ['a'],",
      '  "odd key": null,',
      '})',
    ].join('\n'),
  );
});

it.skipIf(process.platform === 'win32')('hands curl the very body, whatever is in it', () => {
  const input = { text: `it's $HOME \`id\` "x"`, at: new Date(0) };
  const command = textOf('curl', { input }).split('\n').slice(2).join('\n');

  const words = execFileSync('sh', ['-c', command.replace('curl', `printf '%s\\n'`)])
    .toString()
    .split('\n');

  expect(JSON.parse(words[words.indexOf('-d') + 1] ?? '')).toEqual({
    json: { text: input.text, at: '1970-01-01T00:00:00.000Z' },
    meta: { values: { at: ['Date'] }, v: 1 },
  });
  expect(words).toContain('http://host/trpc/message.send');
});

it('never writes a token down', () => {
  expect(textOf('curl', { name: null })).toContain('TOKEN=…');
  expect(textOf('SDK', { name: null })).toContain("process.env['TOKEN']");
});

it('speaks Socket.IO where the old wire has the same call', () => {
  const input = { chatId: 'c1', text: 'hi', clientId: 'x' };

  expect(textOf('Socket.IO', { input })).toContain(
    "socket.emit('send-message', {\n  chatId: 'c1',\n  text: 'hi',\n});",
  );
  expect(textOf('Socket.IO', { procedure: { ...send, path: 'chat.list' } })).toBe('');
});
