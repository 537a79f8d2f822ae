import { closeCodes, errorCodes } from '@whisper/shared';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const page = await readFile(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const yesOrNo = (flag: boolean) => (flag ? 'yes' : 'no');

it('lists every error code with its status and whether to try again', () => {
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (yes|no) \|/gm)].map((row) => row.slice(1));

  expect(rows).toEqual(
    Object.entries(errorCodes).map(([code, { httpStatus, isRetryable }]) => [
      code,
      `${httpStatus}`,
      yesOrNo(isRetryable),
    ]),
  );
});

it('lists every close code with its reason and whether to reconnect', () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| (yes|no) \| ([^|]+) \|$/gm)].map((row) =>
    row.slice(1),
  );

  expect(rows.filter(([name]) => name !== name?.toUpperCase())).toEqual(
    Object.entries(closeCodes).map(([name, { code, reason, shouldReconnect }]) => [
      name,
      `${code}`,
      yesOrNo(shouldReconnect),
      reason,
    ]),
  );
});
