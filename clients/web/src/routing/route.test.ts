import { expect, it } from 'vitest';
import { parsePath } from './route.ts';

const id = '0123456789abcdef01234567';

it('knows the home page and every conversation', () => {
  expect(parsePath('/')).toEqual({ page: 'home' });
  expect(parsePath(`/chats/${id}`)).toEqual({ page: 'chat', chatId: id });
  expect(parsePath(`/chats/${id}/`)).toEqual({ page: 'chat', chatId: id });
});

it('knows where an invitation leads', () => {
  expect(parsePath('/join/abcdefghijklmnop')).toEqual({ page: 'join', code: 'abcdefghijklmnop' });
  expect(parsePath('/join/short')).toEqual({ page: 'missing' });
});

it('calls everything else missing', () => {
  for (const path of ['/chats', '/chats/', '/chats/1', `/chats/${id}/more`, '/people']) {
    expect(parsePath(path), path).toEqual({ page: 'missing' });
  }
});
