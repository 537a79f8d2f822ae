import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChat, startTestServer, uploadFile, type TestServer } from '../testing/index.ts';
import { patch } from '../testing/upload-file.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const newFile = (more = {}) => ({
  name: 'note.txt',
  type: 'text/plain',
  size: 7,
  clientId: randomUUID(),
  ...more,
});

describe('a file in a conversation', () => {
  it('goes from one person to the other, whole, in a message that needs no words', async () => {
    const { alice, bob, chat } = await openChat(server);
    const fileId = await uploadFile(server, alice, { name: 'note.txt', bytes: Buffer.from('A note.') });

    const sent = await alice.api.message.send.mutate({
      chatId: chat.id,
      text: '',
      clientId: randomUUID(),
      attachmentIds: [fileId],
    });

    const { messages } = await bob.api.message.list.query({ chatId: chat.id });
    expect(messages.at(-1)).toEqual(sent);
    expect(sent.attachments).toMatchObject([{ fileId, name: 'note.txt', size: 7 }]);
    const { url } = await bob.api.file.get.query({ fileId });
    const urls = [url, sent.attachments[0]?.url ?? ''];
    for (const each of urls) expect(await (await fetch(`${server.url}${each}`)).text()).toBe('A note.');
  });

  it('keeps its message when the words go, which a message without files needs', async () => {
    const { alice, bob, chat } = await openChat(server);
    const attachmentIds = [await uploadFile(server, alice)];
    const draft = { chatId: chat.id, text: 'Look', clientId: randomUUID() };
    const sent = await alice.api.message.send.mutate({ ...draft, attachmentIds });
    const words = await alice.api.message.send.mutate({ ...draft, clientId: randomUUID() });

    const bare = await alice.api.message.edit.mutate({ messageId: sent.id, text: ' ' });

    expect(bare).toMatchObject({ text: '', attachments: [{ name: 'note.txt' }] });
    expect((await bob.api.message.edits.query({ messageId: sent.id })).edits).toMatchObject([
      { text: 'Look' },
    ]);
    await expect(alice.api.message.edit.mutate({ messageId: words.id, text: ' ' })).rejects.toMatchObject({
      data: { code: 'BAD_REQUEST' },
    });
  });

  it('is taken up where it was left', async () => {
    const { alice } = await openChat(server);
    const { fileId, upload } = await alice.api.file.create.mutate(newFile());
    const { headers } = upload;
    const url = `${server.url}${upload.url}`;

    expect((await patch(url, { headers, bytes: Buffer.from('A n') })).headers.get('upload-offset')).toBe('3');
    const head = await fetch(url, { method: 'HEAD', headers: { ...headers, 'tus-resumable': '1.0.0' } });
    expect(head.headers.get('upload-offset')).toBe('3');
    expect(head.headers.get('upload-length')).toBe('7');
    expect((await patch(url, { headers, bytes: Buffer.from('ote.'), offset: 2 })).status).toBe(409);
    expect((await patch(url, { headers, bytes: Buffer.from('ote.'), offset: 3 })).status).toBe(204);

    const link = await alice.api.file.get.query({ fileId });
    expect(await (await fetch(`${server.url}${link.url}`)).text()).toBe('A note.');
  });

  it('is one file and one message, however often it is asked for', async () => {
    const { alice, chat } = await openChat(server);
    const file = newFile();
    const [one, other] = await Promise.all([
      alice.api.file.create.mutate(file),
      alice.api.file.create.mutate(file),
    ]);
    expect(one).toEqual(other);
    await expect(alice.api.file.create.mutate({ ...file, size: 8 })).rejects.toThrow(/another file/);

    await patch(`${server.url}${one.upload.url}`, {
      headers: one.upload.headers,
      bytes: Buffer.from('A note.'),
    });
    const message = { chatId: chat.id, text: 'x', clientId: randomUUID(), attachmentIds: [one.fileId] };
    const [first, second] = await Promise.all([
      alice.api.message.send.mutate(message),
      alice.api.message.send.mutate(message),
    ]);
    expect(second).toEqual(first);
    const again = { ...message, clientId: randomUUID() };
    await expect(alice.api.message.send.mutate(again)).rejects.toThrow(/another message/);
    const other2 = { ...message, attachmentIds: [] };
    await expect(alice.api.message.send.mutate(other2)).rejects.toThrow(/another message/);
  });

  it('says how long sound is, also a recording that does not say so itself', async () => {
    const { alice, chat } = await openChat(server);
    const files = [
      { name: 'a.wav', type: 'audio/wav', bytes: waveOf(1.5) },
      { name: 'a.webm', type: 'audio/webm;codecs=opus', bytes: recordingOf(2_460) },
    ];
    const attachmentIds = await Promise.all(files.map((file) => uploadFile(server, alice, file)));
    const message = { chatId: chat.id, text: '', clientId: randomUUID(), attachmentIds };
    const { attachments } = await alice.api.message.send.mutate(message);

    expect(attachments).toMatchObject([
      { type: 'audio/wav', durationMs: 1_500 },
      { type: 'audio/webm', durationMs: 2_460 },
    ]);
  });
});

/** Silence. */
function waveOf(seconds: number): Buffer {
  const rate = 8_000;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + rate * seconds, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(rate * seconds, 40);
  return Buffer.concat([head, Buffer.alloc(rate * seconds, 128)]);
}

/** As Chromium records: no duration, containers of unknown size, one block at the beginning and one at the end. */
function recordingOf(ms: number): Buffer {
  const unknown = '01ffffffffffffff';
  const time = ms.toString(16).padStart(4, '0');
  const block = (relative: string) => `a38581${relative}80ff`;
  const cluster = `1f43b675${unknown}e78100${block('0000')}${block(time)}`;
  return Buffer.from(`1a45dfa3874282847765626d18538067${unknown}${cluster}`, 'hex');
}
