import { EventEmitter, once } from 'node:events';
import { tracked } from '@trpc/server';
import { z } from 'zod';
import { AppError } from '../../../platform/errors.ts';
import { feedOf, trackedFeedOf } from '../../feed-output.ts';
import { procedure, router } from '../../trpc.ts';
import { TestFeed } from './test-feed.ts';

export const NoteSchema = z.object({ text: z.string(), at: z.date() });
export type Note = z.infer<typeof NoteSchema>;

const ResumeInputSchema = z.object({ topic: z.string(), lastEventId: z.string().nullish() });

/** Procedures of every kind, and handles on what they do on the server's side. */
export function createTestRouter() {
  const notes = new TestFeed<Note>();
  /** `started`, `aborted`, `cleaned up`, `resumed from N` … as they happen. */
  const journal = new EventEmitter();
  const gate = new EventEmitter().setMaxListeners(0);
  const waitForAbort: WaitForAbort = async (signal, what) => {
    signal?.addEventListener('abort', () => journal.emit('entry', `${what} aborted`));
    journal.emit('entry', `${what} started`);
    await once(gate, 'open');
    return 'done';
  };
  const testRouter = router({
    greet: procedure
      .input(z.string())
      .query(({ input, ctx }) => `hello ${input}, says ${ctx.viewer.clerkId}`),
    echo: procedure.input(NoteSchema).mutation(({ input }) => input),
    big: procedure.input(z.int()).query(({ input }) => 'x'.repeat(input)),
    slow: procedure.mutation(({ signal }) => waitForAbort(signal, 'mutation')),
    refuse: procedure.query(() => {
      throw new AppError('FORBIDDEN', 'not for you');
    }),
    crash: procedure.query((): string => {
      throw new Error('the secret text');
    }),
    refresh: procedure.input(z.string()).mutation(async ({ ctx, input }) => {
      ctx.socket?.refresh(await ctx.app.authenticate(input));
    }),
    onNote: procedure
      .input(ResumeInputSchema)
      .output(trackedFeedOf(NoteSchema))
      .subscription(({ input }) => {
        journal.emit('entry', `resumed from ${input.lastEventId ?? 'nothing'}`);
        return notes;
      }),
    onNothing: procedure.output(feedOf(z.never())).subscription(() => ({
      open: () => () => undefined,
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }),
    })),
    ...createGenerators(journal, waitForAbort),
  });
  return { testRouter, notes, journal, gate };
}

type WaitForAbort = (signal: AbortSignal | undefined, what: string) => Promise<string>;

/** Subscriptions that are pulled, as tRPC's own adapter knows them. */
function createGenerators(journal: EventEmitter, waitForAbort: WaitForAbort) {
  return {
    count: procedure.input(z.object({ upTo: z.int() })).subscription(async function* ({ input }) {
      for (let n = 1; n <= input.upTo; n += 1) yield tracked(String(n), n);
    }),
    untilStopped: procedure.subscription(async function* ({ signal }) {
      try {
        yield 'first';
        yield await waitForAbort(signal, 'generator');
      } finally {
        journal.emit('entry', 'generator cleaned up');
      }
    }),
    breaks: procedure.subscription(async function* () {
      yield 'one';
      throw new AppError('NOT_FOUND', 'it is gone');
    }),
    noStream: procedure.subscription(() => 'not a stream' as never),
  };
}

export type TestHandles = ReturnType<typeof createTestRouter>;
export type TestRouter = TestHandles['testRouter'];
