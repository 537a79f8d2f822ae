import { expect, it } from 'vitest';
import { readPush } from './read-push.ts';

const push = { chatId: '0123456789abcdef01234567', seq: 3, badge: 2, title: 'bob', body: 'hello' };

it('reads what the server pushes, and nothing else', () => {
  expect(readPush(JSON.stringify({ ...push, more: 1 }))).toEqual(push);
  for (const other of ['', 'null', '[]', '{', JSON.stringify({ ...push, chatId: '../x' }), '{"chatId":7}'])
    expect(readPush(other), other).toBeNull();
});
