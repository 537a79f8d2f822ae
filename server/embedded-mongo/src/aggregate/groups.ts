import { compareValues, type StringOrder } from '../bson/compare.ts';
import { encodeValue } from '../bson/key-encoding.ts';
import type { BsonValue } from '../bson/value.ts';

/** One entry for each set of equal values (1 and 1.0 are equal), in the order they first came. */
export class Groups<T> implements Iterable<readonly [value: BsonValue, entry: T]> {
  readonly #strings: StringOrder | undefined;
  readonly #entries = new Map<string, readonly [value: BsonValue, entry: T]>();

  constructor(strings?: StringOrder) {
    this.#strings = strings;
  }

  /** The entry of the value's group, made when the group is new. */
  find(value: BsonValue, create: () => T): T {
    const key = encodeValue(this.#representativeOf(value)).toString('latin1');
    const found = this.#entries.get(key);
    if (found) return found[1];
    const entry = create();
    this.#entries.set(key, [value, entry]);
    return entry;
  }

  [Symbol.iterator](): Iterator<readonly [value: BsonValue, entry: T]> {
    return this.#entries.values();
  }

  // Values that are equal under a collation have different keys, so the first equal value's key is used.
  #representativeOf(value: BsonValue): BsonValue {
    if (!this.#strings) return value;
    for (const [other] of this.#entries.values()) {
      if (compareValues(other, value, this.#strings) === 0) return other;
    }
    return value;
  }
}
