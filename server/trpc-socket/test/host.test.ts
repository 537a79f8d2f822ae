import { initTRPC } from '@trpc/server';
import { expect, expectTypeOf, test } from 'vitest';
import { createTrpcSocketServer, type TrpcSocketHost } from '../src/index.ts';
import { ManualClock } from './manual-clock.ts';

const t = initTRPC.context<{ readonly guest: string }>().create();
const router = t.router({ greet: t.procedure.query(({ ctx }) => `hello ${ctx.guest}`) });
type Host = TrpcSocketHost<typeof router>;

test('asks its host for the context that the router’s procedures get', () => {
  expectTypeOf<ReturnType<Host['createContext']>>().toEqualTypeOf<
    { readonly guest: string } | Promise<{ readonly guest: string }>
  >();
  // @ts-expect-error -- the guest is missing
  expectTypeOf({ router, createContext: () => ({}) }).toExtend<Host>();
});

test('needs of its host no more than a router and a context', async () => {
  const server = createTrpcSocketServer({ router, createContext: () => ({ guest: 'alice' }) });

  expect(server.size).toBe(0);
  await server.close();
});

test('leaves no timer behind when it is closed', async () => {
  const clock = new ManualClock();
  const server = createTrpcSocketServer({ router, clock, createContext: () => ({ guest: 'alice' }) });
  expect(clock.size).toBe(1);

  await server.close();

  expect(clock.size).toBe(0);
});
