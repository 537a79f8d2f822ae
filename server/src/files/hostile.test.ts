import type { Attachment } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openChat, startTestServer, uploadFile, type TestServer } from '../testing/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ isAlone: true });
});
afterAll(() => server[Symbol.asyncDispose]());

type Upload = { readonly name: string; readonly type?: string; readonly bytes: Uint8Array };

/** What the other person gets of a file, and how it is answered when they open its link. */
async function send(file: Upload): Promise<{ attachment: Attachment; response: Response }> {
  const { alice, chat } = await openChat(server);
  const fileId = await uploadFile(server, alice, file);
  const { attachments } = await alice.api.message.send.mutate({
    chatId: chat.id,
    text: '',
    clientId: randomUUID(),
    attachmentIds: [fileId],
  });
  const [attachment] = attachments;
  if (!attachment) throw new Error('Nothing was sent');
  return { attachment, response: await fetch(`${server.url}${attachment.url}`) };
}

const script = '<script>alert(1)</script>';
const draw = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#c08040' } });

/** A PNG of a few bytes that says it is this large. */
function pngOf(width: number, height: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  const header = Buffer.concat([size, Buffer.from('0802000000', 'hex')]);
  const chunks = [
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(64))),
    pngChunk('IEND'),
  ];
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...chunks]);
}

function pngChunk(name: string, data = Buffer.alloc(0)): Buffer {
  const chunk = Buffer.concat([Buffer.alloc(4), Buffer.from(name), data, Buffer.alloc(4)]);
  chunk.writeUInt32BE(data.length, 0);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  return chunk;
}

describe('a file that means harm', () => {
  it.each([
    ['a drawing with a script', 'a.svg', `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`],
    ['a page that is called a picture', 'a.png', `<!doctype html>${script}`],
    ['a page in a PDF’s clothes', 'a.pdf', `%PDF-1.4\n${script}`],
  ])('is saved and never shown: %s', async (_what, name, text) => {
    const { attachment, response } = await send({ name, bytes: Buffer.from(text) });

    expect(attachment).not.toHaveProperty('width');
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; /);
    expect(response.headers.get('content-type')).toMatch(/^application\/(octet-stream|pdf)$/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(await response.text()).toBe(text);
  });

  it('leaves nothing of a page that hides behind a picture', async () => {
    const picture = await draw(8, 8).gif().toBuffer();
    const { attachment, response } = await send({
      name: 'a.gif',
      bytes: Buffer.concat([picture, Buffer.from(script)]),
    });

    expect(attachment).toMatchObject({ type: 'image/gif', width: 8, height: 8 });
    expect(response.headers.get('content-disposition')).toMatch(/^inline; /);
    expect(await response.text()).not.toContain('script');
  });

  it('tells nobody where a picture was taken, and keeps it upright', async () => {
    const bytes = await draw(400, 200)
      .withExif({ IFD0: { Copyright: 'alice' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expect((await sharp(bytes).metadata()).exif).toBeDefined();
    const { attachment, response } = await send({ name: 'a.jpg', bytes });

    expect(attachment).toMatchObject({ type: 'image/jpeg', width: 200, height: 400 });
    expect(attachment.thumbnails).toMatchObject([{ width: 160, height: 320 }]);
    const served = await Promise.all([
      response.arrayBuffer(),
      ...(attachment.thumbnails ?? []).map(async ({ url }) =>
        (await fetch(`${server.url}${url}`)).arrayBuffer(),
      ),
    ]);
    expect(served).toHaveLength(2);
    for (const each of served) {
      const { exif, xmp, iptc, orientation } = await sharp(Buffer.from(each)).metadata();
      expect([exif, xmp, iptc, orientation]).toEqual([undefined, undefined, undefined, undefined]);
    }
  });

  it('has no duration where it claims to last for longer than time can be told', async () => {
    const unknown = '01ffffffffffffff';
    const scale = '2ad7b186ffffffffffff';
    const cluster = `1f43b675${unknown}e786ffffffffffffa38581000080ff`;
    const bytes = Buffer.from(
      `1a45dfa3874282847765626d18538067${unknown}1549a9668a${scale}${cluster}`,
      'hex',
    );
    const { attachment } = await send({ name: 'a.webm', type: 'audio/webm', bytes });
    expect(attachment).not.toHaveProperty('durationMs');
    expect(attachment.type).toBe('audio/webm');
  });

  it.each([
    ['tooManyPixels', 'a picture of 50,000 by 50,000', () => pngOf(50_000, 50_000)],
    [
      'tooManyPixels',
      'a picture that is small until it is unpacked',
      () => draw(9_000, 9_000).png().toBuffer(),
    ],
    [
      'unreadablePicture',
      'half a picture',
      async () => (await draw(99, 99).png().toBuffer()).subarray(0, 90),
    ],
    [
      'typeNotAllowed',
      'a program',
      () => Buffer.from(`7f454c460201010000000000000000000200${'3e'.repeat(90)}`, 'hex'),
    ],
  ])('is refused with the reason %s: %s', async (reason, _what, make) => {
    const { alice, chat } = await openChat(server);
    const bytes = await make();
    const upload = uploadFile(server, alice, { name: 'a.png', bytes });
    await expect(upload).rejects.toThrow(`"reason":"${reason}"`);
    const { fileId } = await alice.api.file.create.mutate({
      name: 'b.png',
      type: '',
      size: 3,
      clientId: randomUUID(),
    });
    const unfinished = { chatId: chat.id, text: '', clientId: randomUUID(), attachmentIds: [fileId] };
    await expect(alice.api.message.send.mutate(unfinished)).rejects.toMatchObject({
      data: { code: 'BAD_REQUEST', reason: 'fileIncomplete' },
    });
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\system.ini', 'system.ini'],
    ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
    ['two\r\nlines".txt', 'two lines".txt'],
    ['..', 'file'],
  ])('cannot call itself %j', async (given, name) => {
    const { attachment, response } = await send({ name: given, bytes: Buffer.from('A note.') });
    expect(attachment.name).toBe(name);
    expect(response.headers.get('content-disposition')).toContain(
      `filename*=UTF-8''${encodeURIComponent(name)}`,
    );
    expect(response.status).toBe(200);
  });
});
