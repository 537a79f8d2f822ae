/** Whole numbers below 2³², the same ones for the same seed (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** A whole number from the first to the second. */
export type Draw = (min: number, max: number) => number;

/** The same draws for the same seed. */
export function drawFrom(seed: number): Draw {
  const next = numbersFrom(seed);
  return (min, max) => min + (next() % (max - min + 1));
}
