import { startTestServer, type TestServer } from '@whisper/server/testing';
import type { ChatId } from '@whisper/shared';
import { signInClient } from './sample-chats.ts';

const minuteMs = 60_000;
const texts = [
  (n: number) => `message ${n}`,
  (n: number) => `message ${n}, ${'and it goes on for a while '.repeat((n % 7) + 1)}`,
  (n: number) => `message ${n}\nwith\n${'lines\n'.repeat(n % 5)}`,
];

type Seeded = { readonly server: TestServer; readonly chatId: ChatId };
type Seed = { readonly names: readonly [string, string]; readonly count: number };

/**
 * A server with a chat of two people and this many messages: `message 1` … of different heights, a minute apart. They
 * are written behind the back of one server and served by the next one, which finds them when it starts.
 */
export async function startWithMessages({ names, count }: Seed): Promise<Seeded> {
  await using server = await startTestServer();
  using first = await signInClient(server.url, names[0]);
  using second = await signInClient(server.url, names[1]);
  const { id: userId } = await second.api.auth.me.query();
  const chat = await first.api.chat.openDirect.mutate({ userId });
  for (const [index, { api }] of [first, second].entries()) {
    const clientId = crypto.randomUUID();
    await api.message.send.mutate({ chatId: chat.id, text: `message ${index + 1}`, clientId });
  }
  const collection = server.app.db.collection('messages');
  const samples = await collection.find({}).sort({ seq: 1 }).toArray();
  const startMs = Date.now() - count * minuteMs;
  const documents = Array.from({ length: count - samples.length }, (_, index) => {
    const number = index + samples.length + 1;
    const at = new Date(startMs + number * minuteMs);
    const text = texts[number % texts.length]?.(number).trim();
    const { _id, ...sample } = samples[number % 3 === 0 ? 1 : 0] ?? {};
    const dates = { createdAt: at, updatedAt: at, changedAt: at };
    const numbers = { seq: number, rev: number, createdRev: number, revs: [{ n: number, at }] };
    return { ...sample, ...dates, ...numbers, text, clientId: crypto.randomUUID() };
  });
  await collection.insertMany(documents);
  return { server: await startTestServer({ sameDatabaseAs: server }), chatId: chat.id };
}
