import { randomUUID } from 'node:crypto';
import { expect, inject, it } from 'vitest';
import { openChat, startTestServer, type TestServer } from '../../testing/index.ts';
import { LegacyClient } from '../../testing/legacy/legacy-client.ts';
import { LegacyTestSocket } from '../../testing/legacy/legacy-socket.ts';
import { hasRedis } from '../../testing/with-redis.ts';

const startNode = (first?: TestServer) =>
  startTestServer({
    env: { REDIS_URL: inject('redisUrl') },
    isAlone: true,
    ...(first && { sameDatabaseAs: first }),
  });

const textsOf = (socket: LegacyTestSocket) => socket.all('new-message').map(({ text }) => text);

/** Alice writes at one process; bob's old app comes to the other. */
async function startWithAlice(one: TestServer) {
  const { alice, chat } = await openChat(one, 'alice', 'bob');
  const say = (text: string) =>
    alice.api.message.send.mutate({ chatId: chat.id, text, clientId: randomUUID() });
  return { alice, say };
}

it.runIf(hasRedis)(
  'an old app is not told as new what was written before it came to another process',
  async () => {
    await using one = await startNode();
    await using other = await startNode(one);
    const { alice, say } = await startWithAlice(one);
    const { id: messageId } = await say('before');
    await say('just before');

    const bob = await (await LegacyClient.signIn(other, 'bob')).connect();
    await alice.api.message.edit.mutate({ messageId, text: 'before, and changed' });
    await say('after');
    await bob.next('new-message');
    await bob.settle();

    expect(textsOf(bob)).toEqual(['after']);
  },
);

it.runIf(hasRedis)(
  'an old app hears what is written as soon as it is connected to another process',
  async () => {
    await using one = await startNode();
    await using other = await startNode(one);
    const { say } = await startWithAlice(one);
    await say('before');

    const { token } = await LegacyClient.signIn(other, 'bob');
    const bob = new LegacyTestSocket(other.url, { token });
    bob.client.on('connect', () => void say('at once'));
    await bob.next('new-message');
    bob.close();

    expect(textsOf(bob)).toEqual(['at once']);
  },
);
