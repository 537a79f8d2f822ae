import { describe, expect, it } from 'vitest';
import type { DeviceStorage } from './device-storage.ts';

const key = 'whisper:outbox:0123456789abcdef:2f1b';
const other = 'whisper:cache:chat_1';

/** What every storage promises; `reopen` gives what a later process would see. */
export function describeDeviceStorage(
  name: string,
  open: () => { readonly reopen: () => DeviceStorage },
): void {
  describe(name, () => {
    it('gives back later what was put', async () => {
      const { reopen } = open();
      await reopen().setItem(key, 'ünï ✓\n');
      await reopen().setItem(other, '');

      expect(await reopen().getItem(key)).toBe('ünï ✓\n');
      expect(await reopen().getItem(other)).toBe('');
      expect([...(await reopen().getAllKeys())].sort()).toEqual([other, key]);
    });

    it('knows nothing at first', async () => {
      const { reopen } = open();

      expect(await reopen().getItem(key)).toBeNull();
      expect(await reopen().getAllKeys()).toEqual([]);
    });

    it('replaces an item that is put again', async () => {
      const { reopen } = open();
      await reopen().setItem(key, 'a long text');

      await reopen().setItem(key, 'short');

      expect(await reopen().getItem(key)).toBe('short');
      expect(await reopen().getAllKeys()).toEqual([key]);
    });

    it('removes one item, and what is not there without a word', async () => {
      const { reopen } = open();
      for (const each of [key, other]) await reopen().setItem(each, 'text');

      await reopen().removeItem(key);
      await reopen().removeItem(key);

      expect(await reopen().getAllKeys()).toEqual([other]);
      expect(await reopen().getItem(key)).toBeNull();
    });

    it('takes writers of one item in turn, two of them as one', async () => {
      const { reopen } = open();
      const tabs = [reopen(), reopen()];
      const texts = Array.from({ length: 20 }, (_, index) => `${index}`.repeat(2_000));

      await Promise.all(texts.map(async (text, index) => tabs[index % 2]?.setItem(key, text)));

      expect(texts).toContain(await reopen().getItem(key));
    });
  });
}
