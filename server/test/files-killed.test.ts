import { expect, it } from 'vitest';
import { killUploads } from '../verify/kill-uploads.ts';

// `npm run verify:files` does it fifty times.
it('loses, doubles and leaves nothing of files when the server is killed in the middle of uploads', async () => {
  const { acknowledged, whole, doubled, givenUp, orphans, missing } = await killUploads(1);

  expect([acknowledged, givenUp]).toEqual([5, 1]);
  expect({ whole, doubled, orphans, missing }).toEqual({ whole: 5, doubled: 0, orphans: 0, missing: 0 });
}, 60_000);
