import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { openChat, startTestServer, uploadFile } from '../testing/index.ts';
import { S3Server } from '../testing/s3-server.ts';
import { describeFileStorage } from './storage.contract.ts';
import { S3Storage } from './storage.s3.ts';

const server = await S3Server.start();
afterAll(() => server[Symbol.asyncDispose]());

describeFileStorage('objects', () => new S3Storage(server.options));

it('carries a picture through the whole server', async () => {
  const { url, accessKeyId, secretAccessKey } = server.options;
  const env = {
    FILES_S3_URL: url,
    FILES_S3_ACCESS_KEY_ID: accessKeyId,
    FILES_S3_SECRET_ACCESS_KEY: secretAccessKey,
  };
  await using whisper = await startTestServer({ env });
  const { alice, chat } = await openChat(whisper);
  const picture = { width: 400, height: 300, channels: 3, background: '#c08040' } as const;
  const bytes = await sharp({ create: picture }).png().toBuffer();
  const attachmentIds = [await uploadFile(whisper, alice, { name: 'a.png', bytes })];
  const message = { chatId: chat.id, text: '', clientId: randomUUID(), attachmentIds };
  const { id: messageId, attachments } = await alice.api.message.send.mutate(message);
  const [attachment] = attachments;
  const links = [attachment?.url, attachment?.thumbnails?.[0]?.url];
  const fetchAll = () =>
    Promise.all(links.map(async (link) => (await fetch(`${whisper.url}${link}`)).status));

  expect(attachment).toMatchObject({ width: 400, height: 300 });
  expect(await fetchAll()).toEqual([200, 200]);
  await alice.api.message.delete.mutate({ messageId, for: 'everyone' });
  expect(await fetchAll()).toEqual([404, 404]);
});

it('says that the storage refuses, and nothing of its keys', async () => {
  const nowhere = new S3Storage({ ...server.options, url: `${server.options.url}-not` });
  await expect(nowhere.sizeOf('0')).rejects.toThrow('The storage of files answered 404 to GET');
});
