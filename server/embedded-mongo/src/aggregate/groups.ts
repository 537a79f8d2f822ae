import { compareValues, type StringOrder } from '../query/compare.ts';
import type { BsonValue } from '../query/value.ts';
import { encodeValue } from '../storage/key-encoding.ts';

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

  // A collation has no key to look up by: the first equal value stands for this one.
  #representativeOf(value: BsonValue): BsonValue {
    if (!this.#strings) return value;
    for (const [other] of this.#entries.values()) {
      if (compareValues(other, value, this.#strings) === 0) return other;
    }
    return value;
  }
}
