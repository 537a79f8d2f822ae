/** Where the messages of a frame stand in it, and how much there is to parse up to the end of each. */
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

/**
 * What a text of JSON weighs: its strings and commas and, four times, its objects and arrays. A few bytes of any of
 * them cost a parser up to microseconds, while the length of a string costs next to nothing. Counting stops beyond
 * `weightMax`.
 */
export function weighJson(json: Buffer, weightMax: number): number {
  const scanner = new Scanner(json);
  while (scanner.weight <= weightMax && scanner.next() !== undefined);
  return scanner.weight;
}

type SplitBounds = { readonly partsMax: number; readonly weightMax: number };

/** The elements of an array in JSON, or the whole as the only part, unparsed; undefined beyond one of the bounds. */
export function splitFrame(json: Buffer, { partsMax, weightMax }: SplitBounds): Part[] | undefined {
  const scanner = new Scanner(json);
  const parts: Part[] = [];
  const isArray = scanner.next() === openBracket;
  let start = scanner.at;
  for (let byte = scanner.next(); byte !== undefined; byte = scanner.next()) {
    if (parts.length > partsMax || scanner.weight > weightMax) return undefined;
    const isEnd = byte === comma ? scanner.depth === 1 : byte === closeBracket && scanner.depth === 0;
    if (!isArray || !isEnd) continue;
    parts.push({ start, end: scanner.at - 1, weight: scanner.weight });
    start = scanner.at;
  }
  return isArray ? parts : [{ start: 0, end: json.length, weight: scanner.weight }];
}

/** Goes over the structure of a JSON text and skips its strings. Texts that are no JSON end somewhere. */
class Scanner {
  at = 0;
  depth = 0;
  weight = 0;
  readonly #json: Buffer;

  constructor(json: Buffer) {
    this.#json = json;
  }

  /** The next bracket, brace or comma, and what follows stands at `at`; undefined at the end. */
  next(): number | undefined {
    const json = this.#json;
    while (this.at < json.length) {
      const byte = json[this.at++] ?? quote;
      switch (byte) {
        case quote:
          this.weight += 1;
          this.#skipString();
          break;
        case openBracket:
        case openBrace:
          this.depth += 1;
          this.weight += containerWeight;
          return byte;
        case closeBracket:
        case closeBrace:
          this.depth -= 1;
          return byte;
        case comma:
          this.weight += 1;
          return byte;
        default:
      }
    }
    return undefined;
  }

  #skipString(): void {
    const json = this.#json;
    let at = this.at;
    while (at < json.length) {
      const byte = json[at++];
      if (byte === quote) break;
      if (byte === backslash) at += 1;
    }
    this.at = at;
  }
}
