import { expect, it } from 'vitest';
import { dayNumberOf, formatDay, formatRecent, formatTime, msUntilTomorrow } from './format-time.ts';

const now = new Date('2026-03-10T00:10:00');
const today = dayNumberOf(now);

it('names days as people do', () => {
  expect(formatDay(new Date('2026-03-10T00:05:00'), today)).toBe('Today');
  expect(formatDay(new Date('2026-03-09T23:55:00'), today)).toBe('Yesterday');
  expect(formatDay(new Date('2026-03-05T12:00:00'), today)).toMatch(/^\p{L}+$/u);
  expect(formatDay(new Date('2026-03-03T12:00:00'), today)).toMatch(/2026/);
});

it('gives a list the time of today and the day of what is older', () => {
  const early = new Date('2026-03-10T00:05:00');
  expect(formatRecent(early, today)).toBe(formatTime(early));
  expect(formatRecent(new Date('2026-03-09T12:00:00'), today)).toBe('Yesterday');
  expect(formatRecent(new Date('2025-01-01T12:00:00'), today)).not.toMatch(/:/);
});

it('tells days apart by the calendar', () => {
  const day = dayNumberOf(new Date('2026-03-09T00:00:00'));
  expect(dayNumberOf(new Date('2026-03-09T23:59:59'))).toBe(day);
  expect(dayNumberOf(now)).toBe(day + 1);
});

it('knows how long a day still lasts', () => {
  expect(msUntilTomorrow(new Date('2026-03-10T23:59:59.500'))).toBe(500);
  expect(msUntilTomorrow(new Date('2026-12-31T00:00:00'))).toBe(86_400_000);
});
