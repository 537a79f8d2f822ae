import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ManualClock, openGroup, startTestServer, type TestClient } from '../testing/index.ts';
import { LegacyClient } from '../testing/legacy/legacy-client.ts';

const send = (person: TestClient, chatId: string, clientId = randomUUID()) =>
  person.api.message.send.mutate({ chatId, text: 'hello', clientId });

const refusalOf = (call: Promise<unknown>) =>
  call.then(() => 'sent').catch(({ data }) => [data.code, data.reason, data.retryAfterMs]);

async function open() {
  const clock = new ManualClock();
  const server = await startTestServer({ clock, isAlone: true });
  const { people, chat } = await openGroup(server, 'owner', 'member');
  const [owner, member] = people as [TestClient, TestClient];
  return { clock, server, owner, member, chatId: chat.id };
}

describe('slow mode', () => {
  it('lets a member write once in that time, on two nodes and at once, and owners as they like', async () => {
    const { clock, server, owner, member, chatId } = await open();
    await using _ = server;
    await using other = await startTestServer({ clock, isAlone: true, sameDatabaseAs: server });
    const elsewhere = await other.signIn('member');
    await owner.api.chat.update.mutate({ chatId, slowModeSeconds: 30 });

    const answers = await Promise.all(
      Array.from({ length: 12 }, (_each, index) => refusalOf(send(index % 2 ? member : elsewhere, chatId))),
    );
    const owners = await Promise.all([send(owner, chatId), send(owner, chatId)]);
    clock.advance(29_999);
    const early = await refusalOf(send(member, chatId));
    clock.advance(1);
    const late = await refusalOf(send(elsewhere, chatId));

    expect(answers.filter((answer) => answer === 'sent')).toHaveLength(1);
    expect(answers.filter((answer) => answer !== 'sent')).toEqual(
      Array.from({ length: 11 }, () => ['TOO_MANY_REQUESTS', 'slowMode', 30_000]),
    );
    expect(owners).toHaveLength(2);
    expect([early, late]).toEqual([['TOO_MANY_REQUESTS', 'slowMode', 1], 'sent']);
  });

  it('answers a repeated send with what was stored, and is told to everybody in the group', async () => {
    const { server, owner, member, chatId } = await open();
    await using _ = server;
    await owner.api.chat.update.mutate({ chatId, slowModeSeconds: 60 });
    const clientId = randomUUID();
    const first = await send(member, chatId, clientId);

    expect(await send(member, chatId, clientId)).toEqual(first);
    expect(await member.api.chat.get.query({ chatId })).toMatchObject({ slowModeSeconds: 60 });
    const { messages } = await member.api.message.list.query({ chatId });
    expect(messages.map(({ text }) => text)).toContain('owner lets members write once in 1 minute');
  });
});

describe('a read-only group', () => {
  it('takes messages of owners and admins alone, and says so on the old wire as well', async () => {
    const { server, owner, member, chatId } = await open();
    await using _ = server;
    await owner.api.chat.update.mutate({ chatId, readOnly: true });
    const socket = await (await LegacyClient.signIn(server, 'member')).connect();

    expect(await refusalOf(send(member, chatId))).toEqual(['FORBIDDEN', 'readOnly', undefined]);
    const answer: unknown = await socket.client.emitWithAck('send-message', { chatId, text: 'x' });
    expect(answer).toEqual({ error: { message: 'Only owners and admins write in this group' } });
    expect(await refusalOf(send(owner, chatId))).toBe('sent');
    expect(await refusalOf(member.api.chat.update.mutate({ chatId, readOnly: false }))).toEqual([
      ...['FORBIDDEN', undefined, undefined],
    ]);
    await owner.api.chat.update.mutate({ chatId, readOnly: false });
    expect(await refusalOf(send(member, chatId))).toBe('sent');
  });
});
