import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { chatCommand, defaultUrl } from './chat-command.ts';

it('names the server where it is not the usual one', () => {
  expect(chatCommand({ as: 'bob', url: defaultUrl })).toBe('npm run chat -- --as bob');
  expect(chatCommand({ as: 'bob', url: 'http://127.0.0.1:43117' })).toBe(
    'npm run chat -- --as bob --url http://127.0.0.1:43117',
  );
});

it.skipIf(process.platform === 'win32')('gives a shell the very words, whatever is in them', () => {
  for (const as of [`it's $HOME`, 'dave dee', '`id`; ls', '!', '*']) {
    const command = chatCommand({ as, url: 'http://[::1]:3000' }).replace(
      'npm run chat --',
      `printf '%s\\n'`,
    );
    expect(execFileSync('sh', ['-c', command]).toString()).toBe(`--as\n${as}\n--url\nhttp://[::1]:3000\n`);
  }
});
