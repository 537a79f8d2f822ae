const minuteMs = 60_000;
const dayMs = 86_400_000;

const timeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const weekdayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const shortDateFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const fullDateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });

export function formatTime(at: Date): string {
  return timeFormat.format(at);
}

/** Seen from the day of this number: `Today`, `Yesterday`, a weekday of the last week, or the date. */
export function formatDay(at: Date, today: number): string {
  const age = today - dayNumberOf(at);
  if (age === 0) return 'Today';
  if (age === 1) return 'Yesterday';
  return age > 1 && age < 7 ? weekdayFormat.format(at) : fullDateFormat.format(at);
}

/** As short as a list has room for: the time today, the day before that. */
export function formatRecent(at: Date, today: number): string {
  const age = today - dayNumberOf(at);
  if (age === 0) return timeFormat.format(at);
  if (age < 7) return formatDay(at, today);
  return shortDateFormat.format(at);
}

/** The number of the calendar day in this place, whatever the hour and the clock changes between. */
export function dayNumberOf(at: Date): number {
  return Math.floor((at.getTime() - at.getTimezoneOffset() * minuteMs) / dayMs);
}

/** Until the next calendar day begins in this place. */
export function msUntilTomorrow(now: Date): number {
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  return tomorrow.getTime() - now.getTime();
}
