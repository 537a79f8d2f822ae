import { LRUCache } from 'lru-cache';

/**
 * Holds up to `entriesMax` entries and forgets first what was not asked for longest. It grows as it fills: with its own
 * `max` an LRUCache takes the room of all entries at once, which was a third of a start.
 */
export function createBoundedCache<K extends string, V extends NonNullable<unknown>>(
  entriesMax: number,
): LRUCache<K, V> {
  return new LRUCache<K, V>({ maxSize: entriesMax, sizeCalculation: () => 1 });
}
