import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openChat, startTestServer, type TestClient, type TestServer } from '../src/testing/index.ts';

const unknownChatId = 'f'.repeat(24);

/** Every procedure that names a chat, as raw requests so that answers can be compared byte for byte. */
const calls: Record<string, (chatId: string) => { method: 'GET' | 'POST'; input: object }> = {
  'chat.get': (chatId) => ({ method: 'GET', input: { chatId } }),
  'chat.markRead': (chatId) => ({ method: 'POST', input: { chatId, seq: 1 } }),
  'chat.markDelivered': (chatId) => ({ method: 'POST', input: { chatId, seq: 1 } }),
  'message.list': (chatId) => ({ method: 'GET', input: { chatId } }),
  'message.search': (chatId) => ({ method: 'GET', input: { chatId, query: 'x' } }),
  'message.changes': (chatId) => ({ method: 'GET', input: { chatId, afterRev: 0 } }),
  'message.send': (chatId) => ({ method: 'POST', input: { chatId, text: 'x', clientId: randomUUID() } }),
  'message.forward': (chatId) => ({
    method: 'POST',
    input: { messageId: unknownChatId, toChatId: chatId, clientId: randomUUID() },
  }),
  'typing.set': (chatId) => ({ method: 'POST', input: { chatId, isTyping: true } }),
};

const subscriptions = ['message.onEvent', 'message.onNew', 'typing.onChange'] as const;

/** What the server asks of its database from now on, without the values. */
function followDatabase({ app }: TestServer) {
  const asked: string[] = [];
  app.db.set('debug', (collection: string, method: string) => asked.push(`${method} ${collection}`));
  return { asked };
}

describe('a stranger to a chat', () => {
  it.each(Object.entries(calls))(
    'gets from %s what a chat that does not exist would give',
    async (path, toCall) => {
      await using server = await startTestServer();
      const { chat } = await openChat(server);
      const token = await server.tokenFor('mallory');
      const { asked } = followDatabase(server);
      const answer = async (chatId: string) => {
        const { method, input } = toCall(chatId);
        const json = JSON.stringify({ json: input });
        const url = `${server.url}/trpc/${path}`;
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
        const response =
          method === 'GET'
            ? await fetch(`${url}?input=${encodeURIComponent(json)}`, { headers })
            : await fetch(url, { method, headers, body: json });
        return { status: response.status, body: await response.text(), asked: asked.splice(0) };
      };
      await answer(unknownChatId);

      const [theirs, nobodys] = [await answer(chat.id), await answer(unknownChatId)];

      // What is asked of the database is what it takes: an answer that came sooner would tell.
      expect(theirs).toEqual(nobodys);
      expect(theirs.status).toBe(404);
    },
  );

  it.each(subscriptions)('cannot subscribe to it by %s, as if it did not exist', async (path) => {
    await using server = await startTestServer();
    const { chat } = await openChat(server);
    const mallory = await server.signIn('mallory');
    const [room, verb] = path.split('.') as ['message' | 'typing', 'onEvent'];
    const refusal = (chatId: string) =>
      new Promise<unknown>((resolve) => {
        (mallory.api[room as 'message'][verb] as TestClient['api']['message']['onEvent']).subscribe(
          { chatId },
          { onError: (error) => resolve({ message: error.message, data: error.data }) },
        );
      });

    expect(await refusal(chat.id)).toEqual(await refusal(unknownChatId));
    expect(await refusal(chat.id)).toMatchObject({ message: 'Chat not found' });
  });
});
