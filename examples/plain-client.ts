import { createTRPCClient, httpBatchLink } from '@trpc/client';
import { contractHeader, contractVersion, devTokens, type AppRouter } from '@whisper/client/node';
import superjson from 'superjson';

const url = 'http://127.0.0.1:3000';

function signIn(name: string) {
  const getToken = devTokens(url, name);
  const headers = async () => ({
    authorization: `Bearer ${await getToken()}`,
    // So that a later server can say that this program is too old.
    [contractHeader]: String(contractVersion),
  });
  return createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${url}/trpc`, transformer: superjson, headers })],
  });
}

const alice = signIn('alice');
const bob = signIn('bob');

const { id: userId } = await bob.auth.me.query();
const { id: chatId } = await alice.chat.openDirect.mutate({ userId });
await alice.message.send.mutate({ chatId, text: 'hello', clientId: crypto.randomUUID() });

const { messages } = await bob.message.list.query({ chatId });
for (const { sender, text } of messages) console.log(`${sender.name}: ${text}`);
