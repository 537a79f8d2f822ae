/*
 * Memory that replies are made in, used again when they are sent. V8 answers to large memory that comes and goes
 * outside its heap by collecting the whole heap, several times a second and for milliseconds each.
 */
export const smallBytes = 16 * 1024;
export const largeBytes = 64 * 1024;

/** How much of each size is kept for later. */
const freeMax = 64;

/** By size, what is kept for later. */
const smallFree: Buffer[] = [];
const largeFree: Buffer[] = [];
/** What is in use, unless it is forgotten. */
const lent = new WeakSet<ArrayBufferLike>();

/** Of one of the two sizes. What is not given back is garbage like any other. */
export function takeMemory(size: number): Buffer {
  const memory = freeOf(size).pop() ?? Buffer.allocUnsafeSlow(size);
  lent.add(memory.buffer);
  return memory;
}

/** Of parts of a reply that nobody looks at any more; of others it does nothing. */
export function giveBack(parts: readonly Buffer[]): void {
  for (const { buffer } of parts) {
    if (!lent.delete(buffer)) continue;
    const free = freeOf(buffer.byteLength);
    if (free.length < freeMax) free.push(Buffer.from(buffer));
  }
}

function freeOf(size: number): Buffer[] {
  return size === smallBytes ? smallFree : largeFree;
}
