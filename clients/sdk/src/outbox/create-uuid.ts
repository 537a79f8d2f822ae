/**
 * A UUID that no other device makes, on plain-http pages (no `crypto.randomUUID`) and in React Native (no `crypto`) as well.
 * It names a message among its sender's own and opens nothing, so it may be guessed: without a source of random bytes
 * the time and `Math.random` make it.
 */
export function createUuid(): string {
  const source = typeof crypto === 'undefined' ? undefined : crypto;
  if (typeof source?.randomUUID === 'function') return source.randomUUID();
  if (typeof source?.getRandomValues === 'function')
    return toUuid(source.getRandomValues(new Uint8Array(16)), 4);
  const bytes = Uint8Array.from({ length: 16 }, () => Math.random() * 256);
  const now = Date.now();
  for (let index = 0; index < timeBytes; index += 1)
    bytes[index] = Math.floor(now / 256 ** (timeBytes - 1 - index));
  return toUuid(bytes, 7);
}

/** Version 7 begins with 48 bits of milliseconds. */
const timeBytes = 6;

function toUuid(bytes: Uint8Array, version: 4 | 7): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
