// The router's types in @trpc/tanstack-react-query: its options are typed, and fetch what they say.
import { QueryClient } from '@tanstack/react-query';
import { createTRPCClient, httpBatchLink } from '@trpc/client';
import { createTRPCContext, createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import { devTokens, type AppRouter } from '@whisper/client/node';
import superjson from 'superjson';

const url = 'http://127.0.0.1:3000';
const getToken = devTokens(url, 'alice');

export const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>();

const queryClient = new QueryClient();
const client = createTRPCClient<AppRouter>({
  links: [
    httpBatchLink({
      url: `${url}/trpc`,
      transformer: superjson,
      headers: async () => ({ authorization: `Bearer ${await getToken()}` }),
    }),
  ],
});
const trpc = createTRPCOptionsProxy<AppRouter>({ client, queryClient });

const me = await queryClient.fetchQuery(trpc.auth.me.queryOptions());
const since: Date = me.createdAt;
// @ts-expect-error a list has no such field
trpc.user.list.queryOptions({ nothing: 1 });
console.log(`${me.name}, here since a ${since.constructor.name}`);
