import { expect, it } from 'vitest';
import { planFor } from './plan.ts';

const scope = new URL('https://host/chat/');
const plan = (path: string, mode = 'cors', method = 'GET') =>
  planFor({ method, mode, url: new URL(path, scope).href }, scope);

it('answers the app’s own pages and its bundle', () => {
  expect(plan('/chat/', 'navigate')).toEqual({ type: 'page', path: './' });
  expect(plan('chats/1', 'navigate')).toEqual({ type: 'page', path: './chats/offline' });
  expect(plan('join/code', 'navigate')).toEqual({ type: 'page', path: './chats/offline' });
  expect(plan('assets/a-1.js')).toEqual({ type: 'file' });
});

it('leaves everything else to the server', () => {
  for (const path of [
    'trpc/chat.list',
    'dev/token',
    'sw.js',
    '/assets/a.js',
    'https://other/chat/assets/a.js',
  ])
    expect(plan(path), path).toEqual({ type: 'network' });
  for (const path of ['panel', 'api/docs', 'chats', 'chats/1/2'])
    expect(plan(path, 'navigate'), path).toEqual({ type: 'network' });
  expect(plan('assets/a-1.js', 'cors', 'POST')).toEqual({ type: 'network' });
});
