/** Microseconds on the clock that all processes of a machine share. */
export function nowUs(): number {
  return Math.round(Number(process.hrtime.bigint()) / 1_000);
}

const mark = '@@';

/** A text that carries the time it was made, for whoever receives it. */
export function stampedText(padding = 60): string {
  return `${mark}${nowUs()}${mark}${'x'.repeat(padding)}`;
}

/** How long ago the stamped text inside a payload was made. */
export function ageUs(payload: Buffer, atUs: number): number {
  const start = payload.indexOf(mark) + mark.length;
  return atUs - Number(payload.toString('latin1', start, payload.indexOf(mark, start)));
}

/** The value below which the given share of the numbers lies. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
}
