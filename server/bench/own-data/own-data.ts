import { eraseConfirmation, type ChatId, type UserId } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Types } from 'mongoose';
import { connectMongo } from '../../src/platform/mongo.ts';
import { ServerProcess } from '../../src/testing/server-process.ts';
import { TestClient } from '../../src/testing/test-client.ts';

/** The process is killed this often while it erases. */
const killsWanted = 5;
const sliceSize = 1_000;

/**
 * `npm run bench own-data [messages]`: what an archive of so many messages costs the server in memory, and erasing a person of a
 * tenth of them through kill -9. Asserts nothing.
 */
export async function benchOwnData(count: number): Promise<void> {
  await using server = await ServerProcess.start();
  const ann = await TestClient.open(server.url, await server.tokenFor('Ann'));
  const bob = await TestClient.open(server.url, await server.tokenFor('Bob'));
  const { id: chatId } = await ann.api.chat.openDirect.mutate({ userId: bob.me.id });
  await fill(server.dataDir, { chatId, userId: ann.me.id, count });
  await measureExport(server, ann, count);
  await ann.close();
  const eve = await TestClient.open(server.url, await server.tokenFor('Eve'));
  const other = await eve.api.chat.openDirect.mutate({ userId: bob.me.id });
  await fill(server.dataDir, { chatId: other.id, userId: eve.me.id, count: Math.ceil(count / 10) });
  await measureErasing(server, eve);
  await Promise.all([eve.close(), bob.close()]);
}

type Filling = { readonly chatId: ChatId; readonly userId: UserId; readonly count: number };

/** Written past the server: it is not what is measured. */
async function fill(dataDir: string, { chatId, userId, count }: Filling): Promise<void> {
  const db = await connectMongo(storeIn(dataDir), { isPatient: true });
  const now = new Date();
  for (let first = 1; first <= count; first += sliceSize) {
    const size = Math.min(sliceSize, count - first + 1);
    const messages = Array.from({ length: size }, (_, index) => ({
      chat: new Types.ObjectId(chatId),
      sender: new Types.ObjectId(userId),
      text: `secret ${randomUUID()}`,
      seq: first + index,
      rev: first + index,
      clientId: randomUUID(),
      changedAt: now,
      createdAt: now,
      updatedAt: now,
    }));
    await db.collection('messages').insertMany(messages);
  }
  await db.close();
}

function storeIn(dataDir: string): string {
  return `mongodb://${encodeURIComponent(`${dataDir}/mongo/socket/mongo.sock`)}/whisper`;
}

async function measureExport(server: ServerProcess, ann: TestClient, count: number): Promise<void> {
  const before = await residentMiB(server.pid);
  const { path } = await ann.api.me.export.mutate();
  const startedAt = performance.now();
  const response = await fetch(`${server.url}${path}`);
  let bytes = 0;
  let peak = before;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    peak = Math.max(peak, await residentMiB(server.pid));
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  console.log(
    `archive of ${count} messages: ${(bytes / 2 ** 20).toFixed(1)} MiB in ${seconds.toFixed(1)} s; ` +
      `the server's memory ${before.toFixed(0)} MiB before, ${peak.toFixed(0)} MiB at most`,
  );
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024;
}

async function measureErasing(server: ServerProcess, eve: TestClient): Promise<void> {
  const { receiptPath } = await eve.api.me.erase.mutate({ confirm: eraseConfirmation });
  const startedAt = performance.now();
  for (let kills = 0; kills < killsWanted; kills += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 400));
    await server.kill();
    await server.start();
  }
  for (;;) {
    const receipt = (await (await fetch(`${server.url}${receiptPath}`)).json()) as {
      finishedAt: string | null;
      places: { place: string; erased: number; remaining: number }[];
    };
    if (receipt.finishedAt === null) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    console.log(`erased through ${killsWanted} kills in ${seconds.toFixed(1)} s`);
    return console.table(receipt.places);
  }
}
