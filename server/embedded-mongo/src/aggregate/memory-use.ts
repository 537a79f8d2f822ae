import { ObjectId } from 'bson';
import { type BsonValue, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';

/** As for a sort, MongoDB's own limit for what a stage may hold. */
export const heldBytesMax = 100 * 1024 * 1024;

/** About how much a stage holds in memory; throws 146 when it is too much. */
export class MemoryUse {
  #bytes = 0;

  add(value: BsonValue, overhead = 0): void {
    this.#bytes += sizeOf(value) + overhead;
    if (this.#bytes <= heldBytesMax) return;
    throw new CommandError(
      'ExceededMemoryLimit',
      `A stage of the pipeline needs more than ${heldBytesMax} bytes of memory`,
    );
  }
}

/** What a decoded value takes, roughly. */
function sizeOf(value: BsonValue): number {
  if (typeof value === 'string') return 24 + value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (Array.isArray(value)) return value.reduce<number>((sum, element) => sum + 8 + sizeOf(element), 32);
  if (!isDocument(value)) return value instanceof ObjectId ? 100 : 64;
  let size = 56;
  for (const name in value) size += 16 + sizeOf(value[name]);
  return size;
}
