import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LegacyClient } from '../testing/legacy/legacy-client.ts';
import { collect, openChat, startTestServer, type TestClient, type TestServer } from '../testing/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { MODERATORS: 'mona@example.test' } });
});
afterAll(() => server.server.close());

const send = (person: TestClient, chatId: string, text: string) =>
  person.api.message.send.mutate({ chatId, text, clientId: randomUUID() });

const names = () => [`alice-${randomUUID().slice(0, 8)}`, `bob-${randomUUID().slice(0, 8)}`] as const;

const refusalOf = (call: Promise<unknown>) =>
  call.then(() => undefined).catch(({ message, data }) => ({ message, ...data }));

describe('a report', () => {
  it('keeps the message and what stood around it, whatever becomes of it afterwards', async () => {
    const mona = await server.signIn('mona');
    const [one, other] = names();
    const opened = await openChat(server, one, other);
    const [alice, bob, chatId] = [opened[one], opened[other], opened.chat.id] as [
      TestClient,
      TestClient,
      string,
    ];
    await send(alice, chatId, 'hello');
    const { id: messageId } = await send(bob, chatId, 'an insult');
    const report = { messageId, reason: 'harassment', text: 'Look' } as const;

    const { reportId } = await alice.api.report.create.mutate(report);
    const again = await alice.api.report.create.mutate(report);
    await bob.api.message.edit.mutate({ messageId, text: 'a compliment' });
    await bob.api.message.delete.mutate({ messageId, for: 'everyone' });

    expect(again.reportId).toBe(reportId);
    const { reports } = await mona.api.report.list.query({ state: 'open' });
    expect(reports.find(({ id }) => id === reportId)).toMatchObject({
      reporter: { id: alice.me.id },
      ...{ reason: 'harassment', text: 'Look', state: 'open', resolution: null },
      evidence: {
        ...{ messageId, user: { id: bob.me.id }, chat: { id: chatId, kind: 'direct' } },
        messages: [{ text: 'hello' }, { text: 'an insult' }],
      },
    });
  });

  it('is resolved once, and its message deleted, by who is not in the chat; the audit log says so', async () => {
    const mona = await server.signIn('mona');
    const [one, other] = names();
    const opened = await openChat(server, one, other);
    const [alice, bob, chatId] = [opened[one], opened[other], opened.chat.id] as [
      TestClient,
      TestClient,
      string,
    ];
    const { id: messageId } = await send(bob, chatId, 'an insult');
    const { id: elsewhere } = await send(bob, chatId, 'not reported yet');
    const { reportId } = await alice.api.report.create.mutate({ messageId, reason: 'spam' });

    await mona.api.report.deleteMessage.mutate({ reportId, messageId });
    const outcome = 'actionTaken';
    await mona.api.report.resolve.mutate({ reportId, outcome, note: 'first time' });
    await mona.api.report.resolve.mutate({ reportId, outcome });

    const { messages } = await alice.api.message.list.query({ chatId });
    expect(messages[0]).toMatchObject({ text: '', deletedAt: expect.any(Date) });
    expect(await refusalOf(mona.api.message.list.query({ chatId }))).toMatchObject({ code: 'NOT_FOUND' });
    const foreign = mona.api.report.resolve.mutate({ reportId, outcome: 'dismissed' });
    expect(await refusalOf(foreign)).toMatchObject({ code: 'CONFLICT' });
    const { entries } = await mona.api.audit.list.query({});
    expect(entries.filter((each) => each.reportId === reportId)).toMatchObject([
      { action: 'reportResolved', by: { id: mona.me.id }, details: 'actionTaken: first time' },
      { action: 'messageDeleted', messageId, user: { id: bob.me.id } },
    ]);
    expect(elsewhere).not.toBe(messageId);
  });
});

describe('a suspended person', () => {
  it('is put out at once, hears why on every wire, and comes in again afterwards', async () => {
    const mona = await server.signIn('mona');
    const [name] = names();
    const bob = await server.signIn(name);
    const old = await LegacyClient.signIn(server, name);
    const socket = await old.connect();
    const events = collect((on) => bob.api.message.onEvent.subscribe({}, on));
    await events.until((items) => items.length === 1);
    const userId = bob.me.id;

    await mona.api.user.suspend.mutate({ userId, until: new Date('2100-01-01'), reason: 'Spam' });

    await socket.until(() => !socket.client.connected);
    const refusal = { code: 'FORBIDDEN', reason: 'suspended', message: expect.stringContaining('Spam') };
    expect(await refusalOf(bob.api.auth.me.query())).toMatchObject(refusal);
    expect((await old.answer('GET /api/chats')).status).toBe(403);
    await expect(server.signIn(name)).rejects.toMatchObject({ data: { reason: 'suspended' } });

    await mona.api.user.unsuspend.mutate({ userId });
    expect((await server.signIn(name)).me.id).toBe(userId);
  });

  it('is one no longer when the time is over', async () => {
    const mona = await server.signIn('mona');
    const [name] = names();
    const bob = await server.signIn(name);
    await mona.api.user.suspend.mutate({
      userId: bob.me.id,
      until: new Date(Date.now() - 1),
      reason: 'Spam',
    });
    expect((await server.signIn(name)).me.id).toBe(bob.me.id);
  });
});
