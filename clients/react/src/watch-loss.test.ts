import type { ConnectionState, Observable } from '@whisper/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchLoss } from './watch-loss.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function connectionOf(status: 'open' | 'offline' | 'connecting') {
  let state: ConnectionState = { status };
  let notify: () => void = () => undefined;
  const observable: Observable<ConnectionState> = {
    getSnapshot: () => state,
    subscribe(listener) {
      notify = listener;
      return () => undefined;
    },
  };
  const become = (next: 'open' | 'offline' | 'connecting') => {
    state = { status: next };
    notify();
  };
  return { observable, become };
}

it('says nothing of a short break', () => {
  const { observable, become } = connectionOf('open');
  const heard = vi.fn();
  watchLoss(observable, heard);

  become('offline');
  vi.advanceTimersByTime(500);
  become('open');
  vi.advanceTimersByTime(5_000);

  expect(heard).not.toHaveBeenCalled();
});

it('says once that a connection is lost, however often it is tried, and once that it is back', () => {
  const { observable, become } = connectionOf('connecting');
  const heard: boolean[] = [];
  watchLoss(observable, (isLost) => heard.push(isLost));

  for (const status of ['offline', 'connecting', 'offline', 'connecting'] as const) {
    vi.advanceTimersByTime(500);
    become(status);
  }
  become('open');

  expect(heard).toEqual([true, false]);
});

it('says nothing of a first connection that takes its time, until an attempt has failed', () => {
  const { observable, become } = connectionOf('connecting');
  const heard: boolean[] = [];
  watchLoss(observable, (isLost) => heard.push(isLost));

  vi.advanceTimersByTime(60_000);
  expect(heard).toEqual([]);
  become('offline');
  become('connecting');
  vi.advanceTimersByTime(1_000);

  expect(heard).toEqual([true]);
});

it('says nothing more when it is not watched any more', () => {
  const { observable, become } = connectionOf('open');
  const heard = vi.fn();
  const stop = watchLoss(observable, heard);

  become('offline');
  stop();
  vi.advanceTimersByTime(5_000);

  expect(heard).not.toHaveBeenCalled();
});
