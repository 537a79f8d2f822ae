import { expect, it } from 'vitest';
import { killUploads } from '../verify/kill-uploads.ts';

// `npm run verify:files` does it fifty times.
it('loses, doubles and leaves nothing of files when server and client are killed in the middle of uploads', async () => {
  const { kept, unkept, whole, doubled, damaged, givenUp, orphans, missing } = await killUploads(['both']);

  expect([kept + unkept, givenUp]).toEqual([5, 1]);
  expect(whole).toBe(kept);
  expect({ doubled, damaged, orphans, missing }).toEqual({ doubled: 0, damaged: 0, orphans: 0, missing: 0 });
});
