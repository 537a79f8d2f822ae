import { LegacyChatSchema, LegacyMeSchema, LegacyMessageListSchema } from '@whisper/shared/legacy';
import assert from 'node:assert/strict';
import { request } from './legacy-client.ts';
import { LegacyTestSocket } from './legacy-socket.ts';

type People = { readonly aliceToken: string; readonly bobToken: string };

/** Two old clients, one on each transport, through everything that the old interface can do. */
export async function runSmokeFlow(url: string, { aliceToken, bobToken }: People): Promise<void> {
  const call = async (token: string, line: string) => {
    const { status, body } = await request(url, line, { authorization: `Bearer ${token}` });
    assert.equal(status, 200, line);
    return body;
  };
  const [alice, bob] = await Promise.all([
    LegacyTestSocket.open(url, { token: aliceToken }, { transports: ['polling'] }),
    LegacyTestSocket.open(url, { token: bobToken }, { transports: ['websocket'] }),
  ]);
  try {
    const me = LegacyMeSchema.parse(await call(aliceToken, 'POST /api/auth/callback'));
    const other = LegacyMeSchema.parse(await call(bobToken, 'GET /api/auth/me'));
    assert.equal(JSON.stringify(await call(aliceToken, 'GET /api/users')).includes(other._id), true);
    const chat = LegacyChatSchema.parse(await call(aliceToken, `POST /api/chats/with/${other._id}`));
    const chatId = chat._id;

    alice.client.emit('join-chat', chatId);
    alice.client.emit('typing', { chatId, isTyping: true });
    assert.deepEqual(await bob.next('typing'), { userId: me._id, chatId, isTyping: true });
    const answer: unknown = await alice.client.emitWithAck('send-message', { chatId, text: 'hello' });
    assert.deepEqual(await bob.next('new-message'), answer);
    assert.deepEqual(await alice.next('new-message'), answer);
    bob.client.emit('send-message', { chatId, text: 'hello to you' });
    await alice.next('new-message', 2);

    const history = LegacyMessageListSchema.parse(await call(bobToken, `GET /api/messages/chat/${chatId}`));
    assert.deepEqual(
      history.map(({ text }) => text),
      ['hello', 'hello to you'],
    );
    assert.equal((await request(url, 'GET /api/chats')).status, 401);
    alice.drop();
    await alice.next('online-users', 2);
  } finally {
    alice.close();
    bob.close();
  }
}
