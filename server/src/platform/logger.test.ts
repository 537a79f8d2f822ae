import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';

function record() {
  const lines: string[] = [];
  const to = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  return { lines, log: createLogger('info', to) };
}

it('tells of an error what it is, where and why, and nothing of the data it failed on', () => {
  const { lines, log } = record();
  const cause = Object.assign(new Error('refused'), { code: 121, writeErrors: [{ op: { text: 'secret' } }] });

  log.error({ err: new TypeError('no write', { cause }) }, 'a call failed');
  log.error({ err: 'secret' }, 'a call failed');

  const { err } = JSON.parse(lines[0] ?? '') as { err: object };
  expect(err).toMatchObject({ type: 'TypeError', message: 'no write', stack: expect.any(String) });
  expect(err).toMatchObject({ cause: { type: 'Error', message: 'refused', code: 121 } });
  expect(lines.join('')).not.toContain('secret');
});

it('leaves out tokens and texts that were passed to it by mistake', () => {
  const { lines, log } = record();

  log.info({ token: 'secret', call: { text: 'secret', authorization: 'secret' } }, 'said');

  expect(lines.join('')).not.toContain('secret');
  expect(lines).toHaveLength(1);
});
