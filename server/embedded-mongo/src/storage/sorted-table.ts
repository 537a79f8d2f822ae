/** What a key has or, without a value, no longer has. Bytes are kept as latin1, which is small, and ordered as they are. */
export type Change = { readonly key: string; readonly value: string | undefined };

type Chunk = { readonly owner: object; readonly changes: Change[] };

const chunkMax = 128;

/** Changes in the order of their keys. A fork costs nothing: what both share is copied before one of them writes to it. */
export class SortedTable {
  #chunks: Chunk[] = [];
  #owner = {};
  #ownsList = true;

  fork(): SortedTable {
    const fork = new SortedTable();
    fork.#chunks = this.#chunks;
    fork.#ownsList = false;
    this.#ownsList = false;
    this.#owner = {};
    return fork;
  }

  get(key: string): Change | undefined {
    const found = this.firstFrom(key);
    return found?.key === key ? found : undefined;
  }

  firstFrom(key: string): Change | undefined {
    const chunk = this.#chunks[this.#chunkOf(key)];
    return chunk?.changes[placeIn(chunk.changes, key)];
  }

  /** The change that comes so many after the first one from the key on. */
  firstAfter(key: string, count: number): Change | undefined {
    const from = this.#chunkOf(key);
    let place = placeIn(this.#chunks[from]?.changes ?? [], key) + count;
    for (let at = from; at < this.#chunks.length; at += 1) {
      const changes = this.#chunks[at]?.changes ?? [];
      if (place < changes.length) return changes[place];
      place -= changes.length;
    }
    return undefined;
  }

  lastBefore(key: string): Change | undefined {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    const place = chunk ? placeIn(chunk.changes, key) : 0;
    return place > 0 ? chunk?.changes[place - 1] : this.#chunks[at - 1]?.changes.at(-1);
  }

  put(change: Change): void {
    const { key } = change;
    const at = Math.min(this.#chunkOf(key), Math.max(this.#chunks.length - 1, 0));
    const changes = this.#own(at);
    const place = placeIn(changes, key);
    changes.splice(place, changes[place]?.key === key ? 1 : 0, change);
    if (changes.length <= chunkMax) return;
    this.#chunks.splice(at + 1, 0, { owner: this.#owner, changes: changes.splice(chunkMax / 2) });
  }

  /** Removes and returns changes from the key on, at most so many; fewer only when there are no more. */
  take(key: string, count: number): Change[] {
    const taken: Change[] = [];
    for (let at = this.#chunkOf(key); at < this.#chunks.length && taken.length < count; ) {
      const changes = this.#own(at);
      taken.push(...changes.splice(placeIn(changes, key), count - taken.length));
      if (changes.length === 0) this.#chunks.splice(at, 1);
      else at += 1;
    }
    return taken;
  }

  /** The first chunk that ends at the key or beyond it. */
  #chunkOf(key: string): number {
    let [low, high] = [0, this.#chunks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const last = this.#chunks[middle]?.changes.at(-1);
      if (last && last.key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The changes of a chunk, to be written to. */
  #own(at: number): Change[] {
    if (!this.#ownsList) this.#chunks = [...this.#chunks];
    this.#ownsList = true;
    const chunk = this.#chunks[at];
    if (chunk?.owner === this.#owner) return chunk.changes;
    const changes = [...(chunk?.changes ?? [])];
    this.#chunks[at] = { owner: this.#owner, changes };
    return changes;
  }
}

/** Where the first change from the key on is, or would be. */
function placeIn(changes: readonly Change[], key: string): number {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const change = changes[middle];
    if (change && change.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
