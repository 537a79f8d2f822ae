// Live messages over plain HTTP, where a proxy lets no WebSocket through. A browser has its own EventSource.
import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink } from '@trpc/client';
import { contractHeader, contractVersion, devTokens, type AppRouter } from '@whisper/client/node';
import { EventSource } from 'eventsource';
import superjson from 'superjson';

const url = 'http://127.0.0.1:3000';

function signIn(name: string) {
  const getToken = devTokens(url, name);
  const options = { url: `${url}/trpc`, transformer: superjson };
  return createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({
          ...options,
          EventSource,
          // A browser's EventSource sends no headers: there the token goes as `connectionParams`.
          connectionParams: async () => ({ token: await getToken(), contract: String(contractVersion) }),
        }),
        false: httpLink({
          ...options,
          headers: async () => ({
            authorization: `Bearer ${await getToken()}`,
            [contractHeader]: String(contractVersion),
          }),
        }),
      }),
    ],
  });
}

const alice = signIn('alice');
const bob = signIn('bob');

const { id: userId } = await bob.auth.me.query();
const { id: chatId } = await alice.chat.openDirect.mutate({ userId });

const subscription = bob.message.onNew.subscribe(
  { chatId },
  {
    onStarted: () => void alice.message.send.mutate({ chatId, text: 'hello', clientId: crypto.randomUUID() }),
    // A tracked event: after a lost connection the next one begins behind its id.
    onData({ data: { message } }) {
      console.log(`${message.sender.name}: ${message.text}`);
      subscription.unsubscribe();
    },
    onError: (error) => console.error(error.message),
  },
);
