import type { UserId } from '@whisper/shared';
import { expect, test, vi } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import type { Viewer } from '../identity/viewer.ts';
import { ViewerCache } from './viewer-cache.ts';

const id = '0123456789abcdef01234567' as UserId;

function viewer(name: string) {
  return { id, clerkId: 'user_1', user: { id, name, email: '', avatar: null }, isHidden: false };
}

test('many who ask at once wait for one look-up and share one Viewer', async () => {
  const people = new ViewerCache(new ManualClock());
  const load = vi.fn<() => Promise<Viewer>>(() => Promise.resolve(viewer('Ada')));
  const found = await Promise.all(Array.from({ length: 10 }, () => people.find('user_1', load)));
  expect(load).toHaveBeenCalledOnce();
  expect(new Set(found).size).toBe(1);
});

test('looks again after half a minute, and changes the Viewer in place', async () => {
  const clock = new ManualClock();
  const people = new ViewerCache(clock);
  const before = await people.find('user_1', () => Promise.resolve(viewer('Ada')));
  clock.advance(30_000);
  const after = await people.find('user_1', () => Promise.resolve(viewer('Augusta')));
  expect(after).toBe(before);
  expect(before.user.name).toBe('Augusta');
});

test('a look-up that began before a change does not undo it', async () => {
  const people = new ViewerCache(new ManualClock());
  let answer: (found: Viewer) => void = () => undefined;
  const finding = people.find('user_1', () => new Promise((resolve) => (answer = resolve)));
  await Promise.resolve();
  people.renew(viewer('New'));
  answer(viewer('Old'));
  await finding;
  const found = await people.find('user_1', () => Promise.reject(new Error('known already')));
  expect(found.user.name).toBe('New');
});

test('a look-up that began before a deletion lets nobody in after it', async () => {
  const people = new ViewerCache(new ManualClock());
  let answer: (found: Viewer) => void = () => undefined;
  const load = vi
    .fn<() => Promise<Viewer>>(() => Promise.reject(new Error('deleted')))
    .mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  const finding = people.find('user_1', load);
  await expect.poll(() => load).toHaveBeenCalledOnce();
  people.forget('user_1');
  answer(viewer('Gone'));
  await expect(finding).rejects.toThrow('deleted');
  await expect(people.find('user_1', load)).rejects.toThrow('deleted');
});

test('a failure is not remembered', async () => {
  const people = new ViewerCache(new ManualClock());
  await expect(people.find('user_1', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
  expect((await people.find('user_1', () => Promise.resolve(viewer('Ada')))).user.name).toBe('Ada');
});
