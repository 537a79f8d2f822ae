import { expect, it } from 'vitest';
import { dayNumberOf, formatDay, formatRecent, formatTime } from './format-time.ts';

const now = new Date('2026-03-10T00:10:00');

it('names days as people do', () => {
  expect(formatDay(new Date('2026-03-10T00:05:00'), now)).toBe('Today');
  expect(formatDay(new Date('2026-03-09T23:55:00'), now)).toBe('Yesterday');
  expect(formatDay(new Date('2026-03-05T12:00:00'), now)).toMatch(/^\p{L}+$/u);
  expect(formatDay(new Date('2026-03-03T12:00:00'), now)).toMatch(/2026/);
});

it('gives a list the time of today and the day of what is older', () => {
  const today = new Date('2026-03-10T00:05:00');
  expect(formatRecent(today, now)).toBe(formatTime(today));
  expect(formatRecent(new Date('2026-03-09T12:00:00'), now)).toBe('Yesterday');
  expect(formatRecent(new Date('2025-01-01T12:00:00'), now)).not.toMatch(/:/);
});

it('tells days apart by the calendar', () => {
  const day = dayNumberOf(new Date('2026-03-09T00:00:00'));
  expect(dayNumberOf(new Date('2026-03-09T23:59:59'))).toBe(day);
  expect(dayNumberOf(now)).toBe(day + 1);
});
