import { EventEmitter, once } from 'node:events';
import { initTRPC, tracked, TRPCError } from '@trpc/server';
import superjson from 'superjson';
import { z } from 'zod';
import { toFeed } from '../src/feed.ts';
import { TestFeed } from './test-feed.ts';

const NoteSchema = z.object({ text: z.string(), at: z.date() });
export type Note = z.infer<typeof NoteSchema>;

const ResumeInputSchema = z.object({ topic: z.string(), lastEventId: z.string().nullish() });

/** Who calls; nobody, when the socket gave no name. */
export type TestContext = { readonly name: string | null };

const t = initTRPC.context<TestContext>().create({ transformer: superjson, isDev: false });

const procedure = t.procedure.use(({ ctx: { name }, next }) => {
  if (name === null) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Say your name first' });
  return next({ ctx: { name } });
});

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
  const testRouter = t.router({
    greet: procedure.input(z.string()).query(({ input, ctx }) => `hello ${input}, says ${ctx.name}`),
    echo: procedure.input(NoteSchema).mutation(({ input }) => input),
    big: procedure.input(z.int()).query(({ input }) => 'x'.repeat(input)),
    slow: procedure.mutation(({ signal }) => waitForAbort(signal, 'mutation')),
    refuse: procedure.query(() => {
      throw new TRPCError({ code: 'FORBIDDEN', message: 'not for you' });
    }),
    crash: procedure.query((): string => {
      throw new Error('it broke');
    }),
    onNote: procedure.input(ResumeInputSchema).subscription(({ input }) => {
      journal.emit('entry', `resumed from ${input.lastEventId ?? 'nothing'}`);
      return notes.feed;
    }),
    onNothing: procedure.subscription(() => toFeed<never>(() => () => undefined)),
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
      throw new TRPCError({ code: 'NOT_FOUND', message: 'it is gone' });
    }),
    noStream: procedure.subscription(() => 'not a stream' as never),
  };
}

export type TestHandles = ReturnType<typeof createTestRouter>;
export type TestRouter = TestHandles['testRouter'];
