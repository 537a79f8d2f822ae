import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestServer } from '../../testing/index.ts';
import { feedOf, procedure, router } from '../../trpc.ts';
import { describeRouter } from './describe-router.ts';

const server = await startTestServer();
afterAll(() => server.server.close());

const { procedures } = describeRouter(server.server.router);

describe('the description of the API', () => {
  it('names every procedure of the router, in its order', () => {
    expect(procedures.map(({ path }) => path)).toEqual(Object.keys(server.server.router._def.procedures));
  });

  it('tells of each procedure its kind, its docs and what it answers', () => {
    for (const { path, kind, docs, output, event } of procedures) {
      const answer = kind === 'subscription' ? event : output;
      expect(docs, path).toMatch(/\w.*\.$/);
      expect(answer ?? path, path).not.toEqual({});
    }
    expect(procedures.find(({ path }) => path === 'typing.set')?.output).toBeNull();
  });

  it('shows a field with its bounds and its meaning', () => {
    const input = procedures.find(({ path }) => path === 'message.send')?.input;

    expect(input).toMatchObject({
      required: ['chatId', 'text', 'clientId'],
      properties: {
        text: { type: 'string', description: expect.stringContaining('May be empty') },
        clientId: { format: 'uuid', description: expect.stringContaining('once per message') },
      },
    });
  });

  it('tells a Date from a string that looks like one, and asks for what a caller sends', () => {
    const input = z.object({
      day: z.date().optional(),
      text: z.iso.datetime(),
      size: z.string().transform(Number),
      kind: z.discriminatedUnion('is', [z.object({ is: z.literal('a') }), z.object({ is: z.literal('b') })]),
    });
    const made = router({
      one: {
        find: procedure
          .meta({ docs: 'Finds.', cost: { budget: 'reads', points: 1 } })
          .input(input)
          .query(() => 1),
      },
      watch: procedure.output(feedOf(z.object({ at: z.date() }))).subscription(() => {
        throw new Error('never called');
      }),
    });

    const [find, watch] = describeRouter(made).procedures;

    expect(find).toMatchObject({
      path: 'one.find',
      kind: 'query',
      docs: 'Finds.',
      output: null,
      event: null,
    });
    expect(find?.input).toMatchObject({
      properties: {
        day: { type: 'string', format: 'date-time', 'x-date': true },
        text: expect.not.objectContaining({ 'x-date': true }),
        size: { type: 'string' },
        kind: { oneOf: [{ type: 'object' }, { type: 'object' }] },
      },
    });
    expect(watch).toMatchObject({ kind: 'subscription', input: null, output: null });
    expect(watch?.event).toMatchObject({ properties: { at: { 'x-date': true } } });
  });
});
