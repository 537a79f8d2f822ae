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
});
