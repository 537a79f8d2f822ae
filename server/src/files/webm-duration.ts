/** Elements of WebM by their ids, of those that say when something is heard. */
const ids = {
  segment: 0x18538067,
  info: 0x1549a966,
  scale: 0x2ad7b1,
  cluster: 0x1f43b675,
  clusterTime: 0xe7,
  group: 0xa0,
  block: 0xa1,
  simpleBlock: 0xa3,
} as const;

const containers: ReadonlySet<number> = new Set([ids.segment, ids.info, ids.cluster, ids.group]);

const nsPerMs = 1_000_000;

/**
 * How long a WebM recording is, in milliseconds: when its last block begins. Browsers record without saying how long it became,
 * and with containers whose size they do not know yet. Undefined when nothing in it has a time.
 */
export function readWebmDuration(bytes: Buffer): number | undefined {
  let [at, scale, clusterTime, last] = [0, nsPerMs, 0, -1];
  while (at < bytes.length) {
    const id = readNumber(bytes, at, true);
    const size = id && readNumber(bytes, at + id.length, false);
    if (!id || !size) break;
    const start = at + id.length + size.length;
    at = containers.has(id.value) ? start : start + size.value;
    if (at > bytes.length) break;
    if (id.value === ids.scale) scale = readUint(bytes, start, size.value);
    if (id.value === ids.clusterTime) clusterTime = readUint(bytes, start, size.value);
    if (id.value === ids.block || id.value === ids.simpleBlock) {
      last = Math.max(last, clusterTime + readBlockTime(bytes, start));
    }
  }
  return last < 0 ? undefined : (last * scale) / nsPerMs;
}

type Read = { readonly value: number; readonly length: number };

/** A number that says by its first bit how many bytes it has; ids keep that bit. */
function readNumber(bytes: Buffer, at: number, keepsMark: boolean): Read | undefined {
  const length = Math.clz32(bytes[at] ?? 0) - 23;
  if (length > 8 || at + length > bytes.length) return undefined;
  let value = keepsMark ? (bytes[at] ?? 0) : (bytes[at] ?? 0) & (0xff >> length);
  for (let index = 1; index < length; index += 1) value = value * 256 + (bytes[at + index] ?? 0);
  return { value, length };
}

function readUint(bytes: Buffer, at: number, length: number): number {
  return length > 0 && length <= 6 ? bytes.readUIntBE(at, length) : 0;
}

/** Within its cluster, behind the number of its track. */
function readBlockTime(bytes: Buffer, at: number): number {
  const track = readNumber(bytes, at, false);
  const place = at + (track?.length ?? 0);
  return place + 2 <= bytes.length ? bytes.readInt16BE(place) : 0;
}
