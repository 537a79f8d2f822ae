import type { FileId, Message } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { get, request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ManualClock,
  openChat,
  openGroup,
  startTestServer,
  uploadFile,
  type TestClient,
  type TestServer,
} from '../testing/index.ts';
import { patch } from '../testing/upload-file.ts';
import { expireMessages } from '../messages/expire-messages.ts';
import { settleDue } from './settle-files.ts';

const dataDir = await mkdtemp(join(tmpdir(), 'whisper-files-'));
const clock = new ManualClock();
let server: TestServer;
beforeAll(async () => {
  const env = { DATA_DIR: dataDir, FILES_QUOTA_MB: '64' };
  server = await startTestServer({ isAlone: true, clock, env });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true });
});

/** Everything that is kept of files, by its key. */
async function keptKeys(): Promise<string[]> {
  const entries = await readdir(join(dataDir, 'files'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

async function collect(): Promise<void> {
  while ((await settleDue(server.app, 100)) > 0);
}

/** Each test begins with nothing kept. */
beforeEach(async () => {
  for (const { place, ...row } of server.app.dataPlaces) {
    if (place !== 'files' || !('erase' in row)) continue;
    for (const owner of await server.app.db.collection('files').distinct('owner')) {
      const erased = { userId: String(owner), clerkId: '', standInId: '' } as never;
      for await (const _count of row.erase(erased));
    }
  }
  expect(await keptKeys().catch(() => [])).toEqual([]);
});

const send = (person: TestClient, chatId: string, ...attachmentIds: FileId[]) =>
  person.api.message.send.mutate({ chatId, text: '', clientId: randomUUID(), attachmentIds });

const fetchLinks = ({ attachments }: Message) =>
  Promise.all(attachments.map(({ url }) => fetch(`${server.url}${url}`)));

/** The refusal as a client gets it, and the bytes of what the link answers. */
async function ask(person: TestClient, fileId: string): Promise<string> {
  const input = encodeURIComponent(JSON.stringify({ json: { fileId } }));
  const headers = { authorization: `Bearer ${person.token}` };
  return (await fetch(`${server.url}/trpc/file.get?input=${input}`, { headers })).text();
}

const unknownId = 'f'.repeat(24);

describe('who may see a file', () => {
  it('is whoever may read its message; to others it is as if it were not there, in the same bytes', async () => {
    const { people, chat: group } = await openGroup(server, 'alice', 'bob', 'carol');
    const [owner, bob, carol] = people;
    if (!owner || !bob || !carol) throw new Error('Somebody is missing');
    const dave = await server.signIn('dave');
    const fileId = await uploadFile(server, owner);
    const nowhere = await ask(dave, unknownId);
    expect(await ask(bob, fileId)).toBe(nowhere);
    expect(await ask(owner, fileId)).toContain('/files/');

    const message = await send(owner, group.id, fileId);
    expect(await ask(bob, fileId)).toContain('/files/');
    expect(await ask(dave, fileId)).toBe(nowhere);
    await owner.api.chat.removeMember.mutate({ chatId: group.id, userId: bob.me.id });
    expect(await ask(bob, fileId)).toBe(nowhere);

    await owner.api.message.delete.mutate({ messageId: message.id, for: 'everyone' });
    expect(await ask(carol, fileId)).toBe(nowhere);
    expect(await ask(owner, fileId)).toBe(nowhere);
    const [gone] = await fetchLinks(message);
    const neverThere = await fetch(`${server.url}/files/${unknownId}/note.txt?until=9&sig=x`);
    expect([gone?.status, await gone?.text()]).toEqual([404, await neverThere.text()]);
    expect(await keptKeys()).toEqual([]);
  });

  it('is whoever has a link, until it ends', async () => {
    const { alice, chat } = await openChat(server);
    const message = await send(alice, chat.id, await uploadFile(server, alice));
    const url = `${server.url}${message.attachments[0]?.url}`;
    const statusOf = async (link: string) => (await fetch(link)).status;

    expect(await statusOf(url)).toBe(200);
    expect(await statusOf(url.replace(/sig=..../, 'sig=AAAA'))).toBe(404);
    expect(await statusOf(url.replace(/until=\d+/, 'until=99999999999999'))).toBe(404);
    expect(await statusOf(url.replace('?', '?size=320&'))).toBe(404);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60 * 60_000 });
    const later = await statusOf(url);
    vi.useRealTimers();
    expect(later).toBe(404);
  });

  it('gets any part of it', async () => {
    const { alice, chat } = await openChat(server);
    const message = await send(alice, chat.id, await uploadFile(server, alice));
    const url = `${server.url}${message.attachments[0]?.url}`;
    const part = async (range: string) => {
      const response = await fetch(url, { headers: { range } });
      return [response.status, response.headers.get('content-range'), await response.text()];
    };

    expect(await part('bytes=2-3')).toEqual([206, 'bytes 2-3/7', 'no']);
    expect(await part('bytes=-2')).toEqual([206, 'bytes 5-6/7', 'e.']);
    expect(await part('bytes=5-99')).toEqual([206, 'bytes 5-6/7', 'e.']);
    expect(await part('bytes=7-')).toEqual([416, 'bytes */7', '']);
    expect(await part('bytes=0-1,3-4')).toEqual([200, null, 'A note.']);
  });
});

describe('an upload', () => {
  it('is made by file.create alone, and continued by whoever has its key', async () => {
    const alice = await server.signIn('alice');
    const upload = { name: 'a.txt', type: '', size: 3, clientId: randomUUID() };
    const { upload: made } = await alice.api.file.create.mutate(upload);
    const url = `${server.url}${made.url}`;
    const strangers = await fetch(`${server.url}/files/uploads/`, {
      method: 'POST',
      headers: { 'tus-resumable': '1.0.0', 'upload-length': '3' },
    });
    expect(strangers.status).toBe(404);

    const bytes = Buffer.from('abc');
    const refused = await patch(url, { headers: {}, bytes });
    const unknown = await patch(url.replace(/\w{24}$/, unknownId), { headers: made.headers, bytes });
    expect([refused.status, await refused.text()]).toEqual([404, await unknown.text()]);
    expect((await patch(url, { headers: made.headers, bytes: Buffer.from('abcd') })).status).toBe(413);
    expect((await patch(url, { headers: made.headers, bytes })).status).toBe(204);
    expect((await patch(url, { headers: made.headers, bytes, offset: 3 })).status).toBe(413);
    expect((await patch(url, { headers: made.headers, bytes })).status).toBe(409);
  });

  it('is not made beyond what a person may keep, however many are made at once', async () => {
    const alice = await server.signIn('alice');
    const create = () =>
      alice.api.file.create.mutate({ name: 'a', type: '', size: 25_000_000, clientId: randomUUID() });
    const made = await Promise.allSettled([create(), create(), create(), create(), create()]);
    expect(made.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(2);
    const refused = made.find((each) => each.status === 'rejected');
    expect(refused?.reason).toMatchObject({ data: { code: 'PAYLOAD_TOO_LARGE', reason: 'quotaExceeded' } });
    const huge = { name: 'a', type: '', size: 3 * 1024 ** 3, clientId: randomUUID() };
    await expect(alice.api.file.create.mutate(huge)).rejects.toMatchObject({
      data: { reason: 'fileTooLarge' },
    });
  });

  it('ends when it was not sent in time, and nothing of it stays', async () => {
    const { alice, chat } = await openChat(server);
    const [sent, unsent] = [await uploadFile(server, alice), await uploadFile(server, alice)];
    const message = await send(alice, chat.id, sent);
    clock.advance(25 * 60 * 60_000);
    await collect();

    const bob = await server.signIn('bob');
    expect(await keptKeys()).toEqual([sent]);
    expect((await fetchLinks(message))[0]?.status).toBe(200);
    expect(await ask(bob, unsent)).toBe(await ask(bob, unknownId));
  });
});

describe('a transfer that stands still', () => {
  const cuts = async () => {
    const { values } = await server.app.metrics.fileRefusals.get();
    return values.find(({ labels }) => labels.reason === 'tooSlow')?.value ?? 0;
  };

  /** Half a minute goes by, and another. */
  async function untilCut(): Promise<void> {
    const before = await cuts();
    const look = () => {
      clock.advance(30_000);
      return cuts();
    };
    await expect.poll(look).toBe(before + 1);
  }

  it('is cut when nobody reads, who then goes on where it was', async () => {
    const { alice, chat } = await openChat(server);
    const bytes = Buffer.alloc(16_000_000, 'A line of many.\n');
    const message = await send(alice, chat.id, await uploadFile(server, alice, { bytes }));
    const url = `${server.url}${message.attachments[0]?.url}`;
    const response = await new Promise<IncomingMessage>((resolve) => get(url, resolve));

    await untilCut();

    const got: Buffer[] = [];
    response.on('data', (chunk: Buffer) => got.push(chunk));
    await expect(once(response, 'end')).rejects.toThrow('aborted');
    const begun = Buffer.concat(got);
    expect(begun.length).toBeLessThan(bytes.length);
    const rest = await fetch(url, { headers: { range: `bytes=${begun.length}-` } });
    expect(Buffer.concat([begun, Buffer.from(await rest.arrayBuffer())]).equals(bytes)).toBe(true);
  });

  it('is cut when it brings nothing, and what it brought is kept', async () => {
    const alice = await server.signIn('alice');
    const file = { name: 'a.txt', type: '', size: 7, clientId: randomUUID() };
    const { fileId, upload } = await alice.api.file.create.mutate(file);
    const url = `${server.url}${upload.url}`;
    const headers = { ...upload.headers, 'tus-resumable': '1.0.0' };
    const patching = { 'upload-offset': 0, 'content-type': 'application/offset+octet-stream' };
    const sending = request(url, {
      method: 'PATCH',
      headers: { ...headers, ...patching, 'content-length': 7 },
    });
    const ended = once(sending, 'error');
    sending.write('A no');
    await expect.poll(() => server.app.storage.sizeOf(fileId)).toBe(4);

    await Promise.all([untilCut(), ended.catch(() => undefined)]);

    const head = await fetch(url, { method: 'HEAD', headers });
    expect(head.headers.get('upload-offset')).toBe('4');
    const rest = { headers: upload.headers, bytes: Buffer.from('te.'), offset: 4 };
    expect((await patch(url, rest)).status).toBe(204);
  });
});

describe('the bytes of a file', () => {
  it('go by and by with a message that is erased because it is old', async () => {
    const { alice, chat } = await openChat(server);
    await send(alice, chat.id, await uploadFile(server, alice));
    clock.advance(2 * 60 * 60_000);
    await collect();
    expect(await keptKeys()).toHaveLength(1);

    const before = new Date(clock.now() + 1);
    for (let afterSeq: number | null = 0; afterSeq !== null; )
      afterSeq = await expireMessages(server.app, { chatId: chat.id, afterSeq, before, limit: 10 });
    clock.advance(2 * 60_000);
    await collect();
    expect(await keptKeys()).toEqual([]);
  });

  it('are kept once in a chat, and as long as one of its messages has them', async () => {
    const { alice, bob, chat } = await openChat(server);
    const one = await send(alice, chat.id, await uploadFile(server, alice));
    const other = await send(bob, chat.id, await uploadFile(server, bob));
    const elsewhere = await openChat(server, 'bob', 'carol');
    await send(elsewhere.bob, elsewhere.chat.id, await uploadFile(server, bob));
    expect(await keptKeys()).toHaveLength(2);

    await alice.api.message.delete.mutate({ messageId: one.id, for: 'everyone' });
    expect(await (await fetchLinks(other))[0]?.text()).toBe('A note.');
    await bob.api.message.delete.mutate({ messageId: other.id, for: 'everyone' });
    expect(await keptKeys()).toHaveLength(1);
  });

  it('go with a message that is forwarded, and stay when the first one is deleted', async () => {
    const { alice, bob, chat } = await openChat(server);
    const { carol, chat: toChat } = await openChat(server, 'bob', 'carol');
    const picture = await sharp({ create: { width: 400, height: 400, channels: 3, background: '#c08040' } })
      .png()
      .toBuffer();
    const fileId = await uploadFile(server, alice, { name: 'a.png', bytes: picture });
    await alice.api.file.describe.mutate({ fileId, alt: 'A square' });
    const original = await send(alice, chat.id, fileId);
    const forward = { messageId: original.id, toChatId: toChat.id, clientId: randomUUID() };
    const forwarded = await bob.api.message.forward.mutate(forward);
    expect(await bob.api.message.forward.mutate(forward)).toEqual(forwarded);
    expect(forwarded.attachments[0]?.fileId).not.toBe(fileId);
    const { url: _url, thumbnails: _thumbnails, fileId: _id, ...shown } = original.attachments[0] ?? {};
    expect(forwarded.attachments).toMatchObject([shown]);
    expect(shown).toMatchObject({ alt: 'A square', width: 400, thumbhash: expect.any(String) });

    await alice.api.message.delete.mutate({ messageId: original.id, for: 'everyone' });
    const { messages } = await carol.api.message.list.query({ chatId: toChat.id });
    const [attachment] = messages.at(-1)?.attachments ?? [];
    for (const url of [attachment?.url, attachment?.thumbnails?.[0]?.url])
      expect((await fetch(`${server.url}${url}`)).status).toBe(200);
    await bob.api.message.delete.mutate({ messageId: forwarded.id, for: 'everyone' });
    expect(await keptKeys()).toEqual([]);
  });
});

describe('an app of before', () => {
  it('finds a link to each file in the text, which it may open for days', async () => {
    const { alice, bob, chat } = await openChat(server);
    const message = await send(alice, chat.id, await uploadFile(server, alice, { name: 'a note.txt' }));
    const headers = { authorization: `Bearer ${bob.token}` };
    const response = await fetch(`${server.url}/api/messages/chat/${chat.id}`, { headers });
    const { text = '' } = ((await response.json()) as { text?: string }[]).at(-1) ?? {};

    expect(text).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/files\/\w{24}\/a%20note\.txt\?until=\d+&sig=[\w-]+$/);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 6 * 24 * 60 * 60_000 });
    const later = await fetch(text).then((answer) => answer.text());
    vi.useRealTimers();
    expect(later).toBe('A note.');
    await alice.api.message.delete.mutate({ messageId: message.id, for: 'everyone' });
    expect((await fetch(text)).status).toBe(404);
  });
});
