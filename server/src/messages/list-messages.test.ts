import { randomUUID } from 'node:crypto';
import { limits } from '@whisper/shared';
import { describe, expect, it } from 'vitest';
import { openChat, startTestServer, type TestClient } from '../testing/index.ts';
import { pageTextMax } from './cut-page.ts';

async function sendNumbered(person: TestClient, chatId: string, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    await person.api.message.send.mutate({ chatId, text: `${number}`, clientId: randomUUID() });
  }
}

describe('message.list', () => {
  it('pages back from the newest and forward from any place, always ascending', async () => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server, 'alice', 'bob');
    await sendNumbered(alice, chat.id, 7);
    const page = async (input: { before?: number; after?: number }) => {
      const { messages, hasMore, rev } = await alice.api.message.list.query({
        chatId: chat.id,
        limit: 3,
        ...input,
      });
      return { texts: messages.map((message) => message.text), hasMore, rev };
    };

    expect(await page({})).toEqual({ texts: ['5', '6', '7'], hasMore: true, rev: 7 });
    expect(await page({ before: 5 })).toEqual({ texts: ['2', '3', '4'], hasMore: true, rev: 7 });
    expect(await page({ before: 2 })).toEqual({ texts: ['1'], hasMore: false, rev: 7 });
    expect(await page({ after: 0 })).toEqual({ texts: ['1', '2', '3'], hasMore: true, rev: 7 });
    expect(await page({ after: 4 })).toEqual({ texts: ['5', '6', '7'], hasMore: false, rev: 7 });
  });

  it('refuses a page that is cut from both sides', async () => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server, 'alice', 'bob');

    await expect(
      alice.api.message.list.query({ chatId: chat.id, before: 5, after: 1 }),
    ).rejects.toMatchObject({ data: { code: 'BAD_REQUEST', fieldErrors: { after: [expect.any(String)] } } });
  });

  it('gives what changed after a position, page by page', async () => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server, 'alice', 'bob');
    await sendNumbered(alice, chat.id, 5);
    const changes = (afterRev: number) =>
      alice.api.message.changes.query({ chatId: chat.id, afterRev, limit: 3 });

    expect(await changes(0)).toMatchObject({ hasMore: true, rev: 3 });
    expect(await changes(3)).toMatchObject({ hasMore: false, rev: 5 });
    expect(await changes(5)).toEqual({ messages: [], hasMore: false, rev: 5 });
  });

  it('ends a page of long messages early, and says that there are more', async () => {
    await using server = await startTestServer();
    const { alice, chat } = await openChat(server, 'alice', 'bob');
    const text = '漢'.repeat(limits.textLengthMax);
    const count = Math.ceil(pageTextMax / text.length) + 3;
    for (let sent = 0; sent < count; sent += 1) {
      await alice.api.message.send.mutate({ chatId: chat.id, text, clientId: randomUUID() });
    }
    const seqs = Array.from({ length: count }, (_, index) => index + 1);
    const fits = count - 4;

    const newest = await alice.api.message.list.query({ chatId: chat.id });
    const first = await alice.api.message.changes.query({ chatId: chat.id, afterRev: 0 });
    const rest = await alice.api.message.changes.query({ chatId: chat.id, afterRev: first.rev });

    expect([newest.hasMore, newest.messages.map(({ seq }) => seq)]).toEqual([true, seqs.slice(-fits)]);
    expect([first.hasMore, first.messages.map(({ seq }) => seq)]).toEqual([true, seqs.slice(0, fits)]);
    expect([rest.hasMore, rest.messages.map(({ seq }) => seq)]).toEqual([false, seqs.slice(fits)]);
  });
});
