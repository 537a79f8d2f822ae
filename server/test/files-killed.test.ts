import { expect, it } from 'vitest';
import { killUploads } from '../verify/kill-uploads.ts';

// `npm run verify:files` does it fifty times.
it('loses, doubles and leaves nothing of files when the server is killed in the middle of uploads', async () => {
  const { acknowledged, whole, doubled, givenUp, orphans, missing } = await killUploads(2);

  expect([acknowledged, givenUp]).toEqual([10, 2]);
  expect({ whole, doubled, orphans, missing }).toEqual({ whole: 10, doubled: 0, orphans: 0, missing: 0 });
}, 60_000);
