import { join } from 'node:path';
import { ObjectId } from 'bson';
import { encodeDocument } from '../src/bson/value.ts';
import { prefixRange } from '../src/storage/tree-keys.ts';
import type { KeyValueStore } from '../src/storage/kv.ts';
import { openLmdb } from '../src/storage/lmdb-store.ts';
import { makeMessage } from './data.ts';
import { measureSync } from './measure.ts';
import type { WorkName } from './workloads.ts';

/** The same bytes and the same flushes on lmdb itself, without wire, BSON or planner: the ceiling. */
export class DirectStore {
  readonly #kv: KeyValueStore;
  readonly #ids: Buffer[] = [];
  #number = 0;

  constructor(dir: string, documents: number) {
    this.#kv = openLmdb(join(dir, 'direct.mdb'), { isDurable: true });
    const perCommit = 5_000;
    for (let from = 0; from < documents; from += perCommit) {
      this.#kv.transaction(() => {
        for (let i = 0; i < perCommit; i++) this.#ids.push(this.#insert());
      });
    }
  }

  /** Operations per second; that many writers share each commit, as they do in the server. */
  measure(work: WorkName, writers: number, seconds: number): number {
    switch (work) {
      case 'findById':
        return measureSync(seconds, () => (this.#kv.get(documentKey(this.#anyId())) ? 1 : 0));
      case 'page of 50':
        return measureSync(seconds, () => this.#page());
      case 'insert':
        return measureSync(seconds, () => this.#commit(writers, () => this.#insert()));
      case '$inc':
        return measureSync(seconds, () => this.#commit(writers, () => this.#rewrite()));
    }
  }

  async close(): Promise<void> {
    await this.#kv.close();
  }

  #commit(writers: number, write: () => unknown): number {
    this.#kv.transaction(() => {
      for (let i = 0; i < writers; i++) write();
    });
    return writers;
  }

  #page(): number {
    const range = { ...prefixRange(Buffer.from('b')), isReverse: true, limit: 50 };
    for (const { value } of this.#kv.range(range)) this.#kv.get(documentKey(value));
    return 1;
  }

  #insert(): Buffer {
    const id = Buffer.from(new ObjectId().id);
    this.#number += 1;
    const number = Buffer.alloc(8);
    number.writeDoubleBE(this.#number, 0);
    this.#kv.put(documentKey(id), encodeDocument(makeMessage(chat, this.#number)));
    this.#kv.put(Buffer.concat([Buffer.from('a'), chat.id, number]), id);
    this.#kv.put(Buffer.concat([Buffer.from('b'), chat.id, number, id]), id);
    this.#kv.put(Buffer.concat([Buffer.from('c'), id, number]), id);
    return id;
  }

  #rewrite(): void {
    const key = documentKey(this.#anyId());
    const bytes = this.#kv.get(key);
    if (bytes) this.#kv.put(key, bytes);
  }

  #anyId(): Buffer {
    return this.#ids[Math.floor(Math.random() * this.#ids.length)] ?? Buffer.alloc(12);
  }
}

const chat = new ObjectId();

function documentKey(id: Buffer): Buffer {
  return Buffer.concat([Buffer.from('d'), id]);
}
