import { eraseConfirmation, type ChatId, type ErasureReceipt } from '@whisper/shared';
import { Types } from 'mongoose';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { HoldsPersonData } from '../src/platform/person-data.ts';
import { readEnv, type Env } from '../src/platform/env.ts';
import { createLogger } from '../src/platform/logger.ts';
import { startServer, type WhisperServer } from '../src/server.ts';
import { fetchDevToken } from '../src/testing/dev-token.ts';
import { FakePushServices, TestClient, uploadFile } from '../src/testing/index.ts';
import { LegacyTestSocket } from '../src/testing/legacy/legacy-socket.ts';

const log = createLogger('silent');
const mark = randomUUID().replaceAll('-', '');

/** What of Ann's stands somewhere, each with a word of its own. */
const words = {
  name: `Annname${mark}`,
  text: `firsttext${mark}`,
  edited: `secondtext${mark}`,
  fileName: `filename${mark}.txt`,
  fileBytes: `filebytes${mark}`,
  alt: `picturealt${mark}`,
  report: `reported${mark}`,
  label: `devicelabel${mark}`,
} as const;

async function openAs({ url }: WhisperServer, name: string): Promise<TestClient> {
  return TestClient.open(url, await fetchDevToken(url, name));
}

const say = ({ api }: TestClient, chatId: ChatId, more: object) =>
  api.message.send.mutate({ chatId, text: '', clientId: randomUUID(), ...more });

/** Ann does, and suffers, what there is to do. */
async function live(server: WhisperServer, fake: FakePushServices) {
  const names = [words.name, 'Bob', 'Carol'];
  const [ann, bob, carol] = (await Promise.all(names.map((name) => openAs(server, name)))) as [
    TestClient,
    TestClient,
    TestClient,
  ];
  const direct = await ann.api.chat.openDirect.mutate({ userId: bob.me.id });
  const group = await ann.api.chat.createGroup.mutate({
    name: 'Garden',
    memberIds: [bob.me.id],
    clientId: randomUUID(),
  });
  await ann.api.device.register.mutate({ ...fake.deviceOf('expo'), label: words.label });
  await ann.api.device.setSettings.mutate({ showText: true });
  const first = await say(ann, direct.id, { text: words.text });
  await ann.api.message.edit.mutate({ messageId: first.id, text: words.edited });
  const file = { name: words.fileName, bytes: Buffer.from(words.fileBytes) };
  const attachmentIds = [await uploadFile(server, ann, file), await uploadFile(server, ann, file)];
  await say(ann, group.id, { attachmentIds: attachmentIds.slice(0, 1), text: words.text });
  const theirs = await say(bob, group.id, { text: 'ask her', mentions: [ann.me.id] });
  await ann.api.message.react.mutate({ messageId: theirs.id, emoji: '👍', on: true });
  await bob.api.message.forward.mutate({ messageId: theirs.id, toChatId: direct.id, clientId: randomUUID() });
  await ann.api.chat.createInvite.mutate({ chatId: group.id });
  await ann.api.user.block.mutate({ userId: carol.me.id });
  await ann.api.report.create.mutate({ messageId: theirs.id, reason: 'spam', text: words.report });
  await bob.api.report.create.mutate({ userId: ann.me.id, reason: 'spam' });
  const suspension = { userId: ann.me.id, until: new Date(Date.now() + 60_000), reason: words.report };
  await carol.api.user.suspend.mutate(suspension);
  await carol.api.user.unsuspend.mutate({ userId: ann.me.id });
  await ann.api.me.export.mutate();
  await server.app.revocations.endAll(ann.me.clerkId, 0);
  // A token of the same second may be older than that.
  const again = await vi.waitFor(() => openAs(server, words.name), { timeout: 10_000 });
  const old = await LegacyTestSocket.open(server.url, { token: again.token });
  return { ann: again, others: [ann, bob, carol], bob, group, old };
}

const placesOf = ({ app }: WhisperServer) =>
  app.dataPlaces.filter((place): place is HoldsPersonData => 'count' in place);

async function placesThatHold(server: WhisperServer, { me }: TestClient): Promise<string[]> {
  const subject = { userId: me.id, clerkId: me.clerkId };
  const found = await Promise.all(
    placesOf(server).map(async ({ place, count }) => ((await count(subject)) > 0 ? [place] : [])),
  );
  return found.flat();
}

/** Ids as they are stored, and all words, in both cases. */
function bytesOf({ me }: TestClient): ReadonlyMap<string, Buffer> {
  const texts = { ...words, id: me.id, clerkId: me.clerkId, email: me.email };
  const pairs = Object.entries(texts).flatMap(([what, text]) => [
    [what, Buffer.from(text)] as const,
    [`${what} folded`, Buffer.from(text.toLowerCase())] as const,
  ]);
  return new Map([...pairs, ['stored id', Buffer.from(new Types.ObjectId(me.id).id)]]);
}

/** Which of these bytes stand in which file. */
async function findIn(dataDir: string, wanted: ReadonlyMap<string, Buffer>): Promise<string[]> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    const all = [...wanted].filter(([, some]) => bytes.includes(some) || path.includes(some.toString()));
    found.push(...all.map(([what]) => `${what} in ${path.slice(dataDir.length)}`));
  }
  return found;
}

async function erase(server: WhisperServer, { api }: TestClient): Promise<string> {
  const { receiptPath } = await api.me.erase.mutate({ confirm: eraseConfirmation });
  await expect
    .poll(async () => (await readReceipt(server, receiptPath)).finishedAt, { timeout: 45_000 })
    .not.toBeNull();
  return receiptPath;
}

async function readReceipt({ url }: WhisperServer, path: string): Promise<ErasureReceipt> {
  return (await (await fetch(`${url}${path}`)).json()) as ErasureReceipt;
}

const envIn = (DATA_DIR: string, fake: FakePushServices): Env =>
  readEnv({
    NODE_ENV: 'test',
    PORT: '0',
    HOST: '127.0.0.1',
    RATE_LIMITS: 'off',
    MODERATORS: 'carol@example.test',
    PUSH_DELAY_SECONDS: '0',
    ...fake.env,
    DATA_DIR,
  });

it('who was somewhere in every place is in none afterwards, and after the next start in no byte of any file', {
  timeout: 180_000,
}, async () => {
  await using fake = await FakePushServices.start();
  const dataDir = await mkdtemp(join(tmpdir(), 'whisper-erased-'));
  const env = envIn(dataDir, fake);
  const wanted = new Map<string, Buffer>();
  let receiptPath = '';
  {
    await using server = await startServer({ env, log });
    const { ann, others, bob, group, old } = await live(server, fake);
    for (const [what, bytes] of bytesOf(ann)) wanted.set(what, bytes);
    const all = placesOf(server).map(({ place }) => place);
    await expect.poll(() => placesThatHold(server, ann), { timeout: 20_000 }).toEqual(all);
    await say(bob, group.id, { text: 'something that Ann is told of' });

    receiptPath = await erase(server, ann);

    expect(await placesThatHold(server, ann)).toEqual([]);
    const { places, compactedAt } = await readReceipt(server, receiptPath);
    expect(places.map(({ place, remaining }) => [place, remaining])).toEqual(all.map((each) => [each, 0]));
    // The session of an old client ends with its connection, before or after it is counted.
    const untouched = places.filter(({ place, erased }) => erased === 0 && place !== 'legacysessions');
    expect(untouched).toEqual([]);
    expect(compactedAt).toBeNull();
    old.client.close();
    await Promise.all([...others, ann].map((each) => each.close()));
  }
  // Some deleted bytes are where they were, as nothing took their place yet: otherwise the next would prove nothing.
  expect(await findIn(dataDir, wanted)).not.toEqual([]);

  await using again = await startServer({ env, log });

  expect(await findIn(dataDir, wanted)).toEqual([]);
  expect((await readReceipt(again, receiptPath)).compactedAt).not.toBeNull();
  await again.close();
  await rm(dataDir, { recursive: true });
});
