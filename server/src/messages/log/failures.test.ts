import { randomUUID } from 'node:crypto';
import { ClientIdSchema } from '@whisper/shared';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect, openChat, startTestServer, type TestServer } from '../../testing/index.ts';

let dataDir: string;
let server: TestServer;

// A store of its own: a fail point is the whole server's.
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'whisper-failures-'));
  server = await startTestServer({ env: { MONGODB_URI: '', DATA_DIR: dataDir }, isAlone: true });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

const plain = { replyTo: null, forwardedFrom: null, mentions: [], attachments: [], system: null };

const failCommand = (times: number, data: object) =>
  server.app.db.db?.admin().command({ configureFailPoint: 'failCommand', mode: { times }, data });

/** Two people in a fresh chat, one of them watching it. */
async function openWatchedChat() {
  const name = `alice ${randomUUID().slice(0, 8)}`;
  const [alice, bob] = await Promise.all([server.signIn(name), server.signIn('bob')]);
  const chat = await alice.api.chat.openDirect.mutate({ userId: bob.me.id });
  const events = collect<{ data: { type: string; rev?: number } }>((on) =>
    alice.api.message.onEvent.subscribe({ chatId: chat.id }, on),
  );
  await events.until((items) => items.length === 1);
  const send = (text: string, clientId = randomUUID()) =>
    alice.api.message.send.mutate({ chatId: chat.id, text, clientId });
  return { send, events };
}

const revsOf = (items: readonly { data: { rev?: number } }[]) => items.slice(1).map((item) => item.data.rev);

describe('when the database fails', () => {
  it.each([
    ['is shutting down', { errorCode: 11_600 }],
    ['drops the connection', { closeConnection: true }],
    ['runs out of time', { errorCode: 50 }],
  ])('and %s, a send is refused as retryable and its repeat is stored once', async (_, fault) => {
    const { send, events } = await openWatchedChat();
    await send('before');
    const clientId = randomUUID();
    await failCommand(1, { failCommands: ['insert'], ...fault });

    await expect(send('hello', clientId)).rejects.toMatchObject({
      data: { code: 'SERVICE_UNAVAILABLE', isRetryable: true },
      message: 'The database is not available right now',
    });
    const repeated = await send('hello', clientId);
    await send('after');

    expect(repeated.rev).toBe(2);
    expect(revsOf(await events.until((items) => items.length === 4))).toEqual([1, 2, 3]);
  });

  it('announces a message that was stored although its answer was lost', async () => {
    const { send, events } = await openWatchedChat();
    await send('before');
    const clientId = randomUUID();
    await failCommand(1, {
      failCommands: ['insert'],
      writeConcernError: { code: 91, errmsg: 'shutting down' },
    });

    await expect(send('hello', clientId)).rejects.toMatchObject({ data: { isRetryable: true } });

    expect(revsOf(await events.until((items) => items.length === 3))).toEqual([1, 2]);
    expect((await send('hello', clientId)).rev).toBe(2);
  });

  it('keeps a chat’s last message right although its update failed', async () => {
    const { send } = await openWatchedChat();
    await failCommand(1, { failCommands: ['update'], errorCode: 11_600 });

    const sent = await send('hello');

    const { db } = server.app;
    await expect
      .poll(async () =>
        String(
          (await db.collection('chats').findOne({ lastSeq: 1 }, { sort: { _id: -1 } }))?.['lastMessage'],
        ),
      )
      .toBe(sent.id);
  });

  it('never calls a stream complete while it cannot know which chats have news', async () => {
    const { send } = await openWatchedChat();
    const bob = await server.signIn('bob');
    const watch = (input: { lastEventId?: string }) =>
      collect<{ id: string; data: { type: string } }>((on) => bob.api.message.onEvent.subscribe(input, on));
    const before = watch({});
    const [synced] = await before.until((items) => items.length === 1);
    before.stop();
    await failCommand(1_000, { failCommands: ['update'], errorCode: 11_600 });
    await send('hello');

    const resumed = watch({ lastEventId: synced?.id ?? '' });

    expect(await resumed.failure()).toMatchObject({ data: { code: 'SERVICE_UNAVAILABLE' } });
    expect(resumed.items).toEqual([]);
    await server.app.db.db?.admin().command({ configureFailPoint: 'failCommand', mode: 'off' });
    await server.app.lastMessages.settled();
  });

  it('refuses what a stalled chat cannot hold, at once and as retryable, and loses nothing of the rest', async () => {
    const { alice, bob, chat } = await openChat(server, 'alice', 'bob');
    const participants = [alice.me.id, bob.me.id];
    const membership = { kind: 'direct', chatId: chat.id, participants } as const;
    await failCommand(1, { failCommands: ['insert'], blockConnection: true, blockTimeMS: 500 });
    const sends = Array.from({ length: 10_000 }, () => {
      const clientId = ClientIdSchema.parse(randomUUID());
      const draft = { chatId: chat.id, sender: bob.me, text: 'x', clientId, ...plain };
      return server.app.messageLog.append(membership, draft);
    });

    const outcomes = await Promise.allSettled(sends);

    const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    const revs = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value.rev] : []));
    expect(refused.length).toBeGreaterThan(5_000);
    expect(new Set(refused.map(({ code, isRetryable }) => `${code} ${isRetryable}`))).toEqual(
      new Set(['SERVICE_UNAVAILABLE true']),
    );
    expect(revs).toEqual(revs.map((_, index) => index + 1));
  });

  it('answers reads with the same retryable error, and says that it is not ready', async () => {
    const { send } = await openWatchedChat();
    const bob = await server.signIn('bob');
    const { chatId } = await send('hello');
    await failCommand(20, { failCommands: ['find', 'ping'], errorCode: 11_600 });

    await expect(bob.api.message.list.query({ chatId })).rejects.toMatchObject({
      data: { code: 'SERVICE_UNAVAILABLE', isRetryable: true },
    });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    await server.app.db.db?.admin().command({ configureFailPoint: 'failCommand', mode: 'off' });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
  });
});
