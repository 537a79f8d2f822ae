import { contractHeader, contractVersion, oldestContract } from '@whisper/shared';
import { RawClient } from '@whisper/trpc-socket/testing';
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestServer } from '../../src/testing/index.ts';
import { router, procedure } from '../../src/trpc.ts';
import { accepted } from './accepted.ts';
import { describeContract, type Contract } from './describe-contract.ts';
import { findBreaks } from './find-breaks.ts';

const server = await startTestServer();
afterAll(() => server.server.close());

const now = describeContract(server.server.router);
const folder = new URL('releases/', import.meta.url);
const releases = (await readdir(folder)).map((name) => name.replace(/\.json$/, ''));
const readRelease = async (release: string): Promise<Contract> =>
  JSON.parse(await readFile(new URL(`${release}.json`, folder), 'utf8'));

describe('the contract', () => {
  it.each(releases)(
    'keeps everything that clients of %s rely on, but for what was accepted',
    async (release) => {
      const breaks = findBreaks(await readRelease(release), now).map((each) => ({ release, ...each }));

      // Not as it should be? CONTRIBUTING.md says how to keep a client, and how to accept a change.
      expect(breaks).toEqual(
        accepted.filter((each) => each.release === release).map(({ because: _, ...rest }) => rest),
      );
    },
  );

  it('is served to as many releases as it says', () => {
    expect(releases).toHaveLength(contractVersion - oldestContract);
    expect(releases).toEqual(expect.arrayContaining(accepted.map(({ release }) => release)));
  });
});

/** The contract of a router with one procedure. */
const describeOne = (input: z.ZodType, output: z.ZodType) =>
  describeContract(
    router({
      find: procedure
        .meta({ docs: 'Finds.', cost: { budget: 'reads', points: 1 } })
        .input(input)
        .output(output)
        .query(() => null),
    }),
  );

const input = z.object({ id: z.string().max(10), sort: z.enum(['up', 'down']).optional() });
const output = z.object({
  text: z.string(),
  at: z.date(),
  event: z.discriminatedUnion('type', [z.object({ type: z.literal('a'), n: z.number() })]),
});

describe('a change', () => {
  it.each([
    ['another optional field', input.extend({ more: z.string().optional() }), output],
    ['a wider bound', input.extend({ id: z.string().max(20) }), output],
    ['one more word to send', input.extend({ sort: z.enum(['up', 'down', 'random']).optional() }), output],
    ['another field in the answer', input, output.extend({ more: z.string() })],
    ['a shorter answer', input, output.extend({ text: z.string().max(3) })],
  ])('may be %s', (_name, newInput, newOutput) => {
    expect(findBreaks(describeOne(input, output), describeOne(newInput, newOutput))).toEqual([]);
  });

  it.each([
    ['find takes.more: is required', input.extend({ more: z.string() }), output],
    ['find takes.sort: is not read any more', input.omit({ sort: true }), output],
    ['find takes.id: has another maxLength: 5, and had 10', input.extend({ id: z.string().max(5) }), output],
    [
      'find takes.sort: may be ["down"], which is not known',
      input.extend({ sort: z.enum(['up']).optional() }),
      output,
    ],
    ['find gives.text: is gone', input, output.omit({ text: true })],
    ['find gives.text: may be missing', input, output.extend({ text: z.string().optional() })],
    [
      'find gives.text: may be ["string","null"] where "string" is known',
      input,
      output.extend({ text: z.string().nullable() }),
    ],
    ['find gives.at: is no Date any more', input, output.extend({ at: z.iso.datetime() })],
    [
      'find gives.event: may be "b", which is not known',
      input,
      output.extend({
        event: z.discriminatedUnion('type', [
          ...output.shape.event.options,
          z.object({ type: z.literal('b') }),
        ]),
      }),
    ],
  ])('is refused by name: %s', (problem, newInput, newOutput) => {
    const breaks = findBreaks(describeOne(input, output), describeOne(newInput, newOutput));
    expect(breaks.map((each) => `${each.at}: ${each.problem}`)).toEqual([problem]);
  });

  it('is refused when it takes a procedure away', () => {
    const { find: _, ...rest } = describeOne(input, output);
    expect(findBreaks(describeOne(input, output), rest)).toEqual([{ at: 'find', problem: 'is gone' }]);
  });
});

describe('a client of a contract that is not served any more', () => {
  const tooOld = String(oldestContract - 1);

  it('hears so over HTTP, by a code that is not retried', async () => {
    const authorization = `Bearer ${await server.tokenFor('alice')}`;
    const ask = (contract: string) =>
      fetch(`${server.url}/trpc/auth.me`, { headers: { authorization, [contractHeader]: contract } });

    const refused = await ask(tooOld);
    expect(refused.status).toBe(412);
    expect(await refused.json()).toMatchObject({
      error: { json: { data: { code: 'PRECONDITION_FAILED', isRetryable: false } } },
    });
    expect((await ask(String(oldestContract))).status).toBe(200);
  });

  it('hears so when its socket closes, for good', async () => {
    const params = { token: await server.tokenFor('alice'), contract: tooOld };
    const client = await RawClient.open(`${server.url.replace('http', 'ws')}/trpc`, {
      announcesParams: true,
    });
    client.send({ method: 'connectionParams', data: params });
    expect(await client.closed).toMatchObject({ code: 4504 });
  });
});
