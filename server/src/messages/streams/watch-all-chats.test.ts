import { randomUUID } from 'node:crypto';
import { Types } from 'mongoose';
import { describe, expect, it } from 'vitest';
import type { LogEvent, Message } from '@whisper/shared';
import { openGroup, startTestServer, type TestClient } from '../../testing/index.ts';
import { AllChatsSource } from './watch-all-chats.ts';

describe('the stream of all chats', () => {
  it('learns what is shown to whoever comes back, also when it found them out while that was being written', async () => {
    await using server = await startTestServer();
    const { people, chat } = await openGroup(server, 'dot', 'eve');
    const [dot, eve] = people as [TestClient, TestClient];
    const { id: chatId } = chat;
    const userId = eve.me.id;
    await dot.api.chat.update.mutate({ chatId, historyVisible: false });
    const send = (text: string) => dot.api.message.send.mutate({ chatId, text, clientId: randomUUID() });
    const source = new AllChatsSource(server.app, { userId, lastEventId: undefined });
    await drain(source);
    const everybody = { audience: [dot.me.id, userId] };
    expect(source.admit({ data: eventOf('created', await send('one')), ...everybody })).toBe('send');
    const whose = { chat: new Types.ObjectId(chatId), user: new Types.ObjectId(userId) };
    const members = server.app.db.collection('members');
    const late = await send('two');
    await dot.api.chat.removeMember.mutate({ chatId, userId });
    const between = await send('between');
    const out = await members.findOne(whose);
    await dot.api.chat.addMembers.mutate({ chatId, userIds: [userId] });
    const back = await members.findOne(whose);
    if (!out || !back) throw new Error('Eve has been in the group');

    const { _id: outId, ...before } = out;
    await members.replaceOne({ _id: outId }, before);
    expect(source.admit({ data: { ...eventOf('updated', late), prevRev: late.rev - 2 }, ...everybody })).toBe(
      'gap',
    );
    await drain(source);
    const { _id: backId, ...after } = back;
    await members.replaceOne({ _id: backId }, after);
    const { messages } = await dot.api.message.list.query({ chatId });
    const added = messages.at(-1);
    if (!added) throw new Error('It says that Eve came');

    expect(source.admit({ data: eventOf('created', added), ...everybody })).toBe('gap');
    expect(await drain(source)).toEqual([added.seq]);
    const edited = await dot.api.message.edit.mutate({ messageId: between.id, text: 'edited' });
    expect(source.admit({ data: eventOf('updated', edited), ...everybody })).toBe('skip');
  });
});

/** Reads what was missed, and says which places it handed out. */
async function drain(source: AllChatsSource): Promise<number[]> {
  const seqs: number[] = [];
  for await (const items of source.catchUp()) {
    for (const { data } of items) if ('message' in data) seqs.push(data.message.seq);
  }
  return seqs;
}

function eventOf(type: LogEvent['type'], message: Message): LogEvent {
  const { chatId, rev } = message;
  return { type, chatId, rev, prevRev: rev - 1, message };
}
