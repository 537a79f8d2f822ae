import { afterAll, expect, it } from 'vitest';
import { S3Server } from '../testing/s3-server.ts';
import { describeFileStorage } from './storage.contract.ts';
import { S3Storage } from './storage.s3.ts';

const server = await S3Server.start();
afterAll(() => server[Symbol.asyncDispose]());

describeFileStorage('objects', () => new S3Storage(server.options));

it('says that the storage refuses, and nothing of its keys', async () => {
  const nowhere = new S3Storage({ ...server.options, url: `${server.options.url}-not` });
  await expect(nowhere.sizeOf('0')).rejects.toThrow('The storage of files answered 404 to GET');
});
