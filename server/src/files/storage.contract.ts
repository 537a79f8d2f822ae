import { Readable, Writable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FileStorage } from './storage.ts';

const bytesOf = (...parts: (string | Buffer)[]) => Readable.from(parts.map((part) => Buffer.from(part)));

/** What breaks off after its first part. */
async function* breaking(part: string): AsyncGenerator<Buffer> {
  yield Buffer.from(part);
  throw await Promise.resolve(new Error('The connection broke'));
}

/** What every storage of files promises. */
export function describeFileStorage(name: string, open: () => FileStorage): void {
  describe(`a storage of files: ${name}`, () => {
    let storage: FileStorage;
    let keys = 0;
    let key: string;
    beforeEach(() => {
      storage = open();
      keys += 1;
      key = `${keys}`.padStart(24, '0');
    });

    it('has nothing under a key at first, and nothing to read', async () => {
      expect(await storage.sizeOf(key)).toBe(0);
      await expect(storage.read(key).then((bytes) => text(bytes))).rejects.toThrow();
    });

    it('puts what comes later behind what was there, and says how much that is', async () => {
      expect(await storage.append(key, 0, bytesOf('one ', 'two '))).toBe(8);
      expect(await storage.append(key, 8, bytesOf('three'))).toBe(13);

      expect(await storage.sizeOf(key)).toBe(13);
      expect(await text(await storage.read(key))).toBe('one two three');
      expect(await open().sizeOf(key)).toBe(13);
    });

    it('keeps what came until the bytes broke off, and goes on from there', async () => {
      await expect(storage.append(key, 0, Readable.from(breaking('one ')))).rejects.toThrow('broke');
      const arrived = await storage.sizeOf(key);
      expect([0, 4]).toContain(arrived);

      await storage.append(key, arrived, bytesOf('one two'.slice(arrived)));
      expect(await text(await storage.read(key))).toBe('one two');
    });

    it('writes over what lies behind the place that is said', async () => {
      await storage.append(key, 0, bytesOf('one two'));
      expect(await storage.append(key, 0, bytesOf('1 2'))).toBe(3);
      expect(await text(await storage.read(key))).toBe('1 2');
      expect(await storage.append(key, 2, bytesOf('3 4'))).toBe(5);
      expect(await text(await storage.read(key))).toBe('1 3 4');
      expect(await storage.append(key, 1, bytesOf('!'))).toBe(2);
      expect(await text(await storage.read(key))).toBe('1!');
    });

    it('reads parts, both ends included', async () => {
      await storage.append(key, 0, bytesOf('0123'));
      await storage.append(key, 4, bytesOf('456789'));

      expect(await text(await storage.read(key, { start: 0, end: 0 }))).toBe('0');
      expect(await text(await storage.read(key, { start: 2, end: 6 }))).toBe('23456');
      expect(await text(await storage.read(key, { start: 9, end: 9 }))).toBe('9');
    });

    it('keeps many bytes as they are', async () => {
      const part = Buffer.from(Array.from({ length: 1_000_003 }, (_, index) => (index * 7) % 251));
      const whole = Buffer.concat(Array.from({ length: 9 }, () => part));
      const sent = Readable.from(Array.from({ length: 9 }, () => part));
      expect(await storage.append(key, 0, sent)).toBe(whole.length);

      expect((await buffer(await storage.read(key))).equals(whole)).toBe(true);
      const middle = { start: 4_000_000, end: 5_999_999 };
      const read = await buffer(await storage.read(key, middle));
      expect(read.equals(whole.subarray(middle.start, middle.end + 1))).toBe(true);
    });

    it('writes a part to whoever takes it, and stops when that is gone', async () => {
      const whole = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7) % 251));
      await storage.append(key, 0, bytesOf(whole));
      const got: Buffer[] = [];
      const taker = new Writable({
        write(chunk: Buffer, _encoding, done) {
          // It is written over afterwards.
          got.push(Buffer.from(chunk));
          setImmediate(done);
        },
      });
      await storage.send(key, { start: 5, end: 2_999_990 }, taker);
      expect(Buffer.concat(got).equals(whole.subarray(5, 2_999_991))).toBe(true);

      const gone: Writable = new Writable({ write: () => gone.destroy() });
      await expect(storage.send(key, { start: 0, end: 2_999_999 }, gone)).rejects.toThrow();
      await expect(storage.send('0', { start: 0, end: 1 }, taker)).rejects.toThrow();
    });

    it('removes, again and again, and nothing else', async () => {
      await storage.append(key, 0, bytesOf('one'));
      await storage.append(`${key}.file`, 0, bytesOf('two'));
      await storage.remove(key);
      await storage.remove(key);

      expect(await storage.sizeOf(key)).toBe(0);
      expect(await text(await storage.read(`${key}.file`))).toBe('two');
    });
  });
}
