const minuteMs = 60_000;
const dayMs = 86_400_000;

const timeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const weekdayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const shortDateFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const fullDateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });

export function formatTime(at: Date): string {
  return timeFormat.format(at);
}

/** `Today`, `Yesterday`, a weekday of the last week, or the date. */
export function formatDay(at: Date, now: Date): string {
  const age = daysBetween(at, now);
  if (age === 0) return 'Today';
  if (age === 1) return 'Yesterday';
  return age > 1 && age < 7 ? weekdayFormat.format(at) : fullDateFormat.format(at);
}

/** As short as a list has room for: the time today, the day before that. */
export function formatRecent(at: Date, now: Date): string {
  const age = daysBetween(at, now);
  if (age === 0) return timeFormat.format(at);
  if (age < 7) return formatDay(at, now);
  return shortDateFormat.format(at);
}

/** The number of the calendar day in this place, whatever the hour and the clock changes between. */
export function dayNumberOf(at: Date): number {
  return Math.floor((at.getTime() - at.getTimezoneOffset() * minuteMs) / dayMs);
}

function daysBetween(earlier: Date, later: Date): number {
  return dayNumberOf(later) - dayNumberOf(earlier);
}
