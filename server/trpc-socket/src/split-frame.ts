/** Where a message of a frame stands in it, and how much there is to parse up to its end. */
export type Part = { readonly start: number; readonly end: number; readonly weight: number };

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** An object or array costs a parser about as much as this many strings. */
const containerWeight = 4;

/** So many bytes of anything else outside of strings, such as digits, weigh as much as a string. */
const bytesPerWeight = 16;

/**
 * What a text of JSON weighs: its strings, commas, objects and arrays. A few bytes of them cost a parser up to
 * microseconds, while the length of a string costs next to nothing. Counting stops beyond `weightMax`.
 */
export function weighJson(json: Buffer, weightMax: number): number {
  return scan(json, weightMax, () => true);
}

type SplitBounds = { readonly partsMax: number; readonly weightMax: number };

/** The elements of an array in JSON, or the whole as the only part, unparsed; undefined beyond one of the bounds. */
export function splitFrame(json: Buffer, { partsMax, weightMax }: SplitBounds): Part[] | undefined {
  const parts: Part[] = [];
  const first = json.findIndex((byte) => byte > 0x20);
  let start = first + 1;
  const weight = scan(json, weightMax, (end, weightSoFar) => {
    parts.push({ start, end, weight: weightSoFar });
    start = end + 1;
    return parts.length <= partsMax;
  });
  if (weight > weightMax || parts.length > partsMax) return undefined;
  return json[first] === openBracket ? parts : [{ start: 0, end: json.length, weight }];
}

/**
 * Goes over the structure of a JSON text, without parsing it, and returns its weight. `onEnd` hears where each part of
 * the outermost value ends, and what it weighs so far, and may end the scan. All in one loop over local variables:
 * this touches every byte of every large frame.
 */
function scan(json: Buffer, weightMax: number, onEnd: (at: number, weight: number) => boolean): number {
  const { length } = json;
  let [at, depth, weight, outside] = [0, 0, 0, 0];
  for (; at < length && weight <= weightMax; at += 1) {
    const byte = json[at];
    outside += 1;
    if (outside === bytesPerWeight) {
      outside = 0;
      weight += 1;
    }
    if (byte === quote) {
      weight += 1;
      for (at += 1; at < length; at += 1) {
        const inner = json[at];
        if (inner === quote) break;
        if (inner === backslash) at += 1;
      }
    } else if (byte === comma) {
      weight += 1;
      if (depth === 1 && !onEnd(at, weight)) break;
    } else if (byte === openBracket || byte === openBrace) {
      depth += 1;
      weight += containerWeight;
    } else if (byte === closeBracket || byte === closeBrace) {
      depth -= 1;
      if (depth === 0 && !onEnd(at, weight)) break;
    }
  }
  return weight;
}
