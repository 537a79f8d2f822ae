import { randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { Upload } from 'tus-js-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FlakyLink, openChat, startTestServer, type TestClient, type TestServer } from '../testing/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ env: { FRONTEND_URL: 'https://web.example' } });
});
afterAll(() => server[Symbol.asyncDispose]());

type Sending = { readonly bytes: Buffer; readonly url: string; readonly onProgress: (sent: number) => void };

async function uploadByTus({ api }: TestClient, { bytes, url, onProgress }: Sending): Promise<string> {
  const file = { name: 'a.bin', type: '', size: bytes.length, clientId: randomUUID() };
  const { fileId, upload } = await api.file.create.mutate(file);
  await new Promise<void>((resolve, reject) => {
    const uploading = new Upload(bytes, {
      uploadUrl: `${url}${upload.url}`,
      headers: upload.headers,
      retryDelays: [0, 100, 500, 1_000, 2_000],
      chunkSize: 300_000,
      onProgress,
      onSuccess: () => resolve(),
      onError: reject,
    });
    uploading.start();
  });
  return fileId;
}

describe('a client of the tus protocol', () => {
  it('brings a file through a line that breaks, every byte of it', async () => {
    const { alice } = await openChat(server);
    const bytes = randomBytes(1_500_000);
    await using link = await FlakyLink.open(server.url);
    let isBroken = false;
    const onProgress = (sent: number) => {
      if (sent < 700_000 || isBroken) return;
      isBroken = true;
      link.drop();
    };
    const fileId = await uploadByTus(alice, { bytes, url: link.url, onProgress });

    const { url } = await alice.api.file.get.query({ fileId });
    const { body } = await fetch(`${server.url}${url}`);
    if (!body) throw new Error('Nothing came');
    expect((await buffer(Readable.fromWeb(body))).equals(bytes)).toBe(true);
    expect(isBroken).toBe(true);
  });

  it('may be a page of a named origin, which reads what it needs', async () => {
    const alice = await server.signIn('alice');
    const file = { name: 'a', type: '', size: 3, clientId: randomUUID() };
    const { upload } = await alice.api.file.create.mutate(file);
    const url = `${server.url}${upload.url}`;
    const origin = 'https://web.example';
    const asked = await fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'x-upload-key,tus-resumable,upload-offset,content-type',
      },
    });
    expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
    expect(asked.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(asked.headers.get('access-control-allow-headers')).toContain('x-upload-key');
    const head = await fetch(url, {
      method: 'HEAD',
      headers: { ...upload.headers, origin, 'tus-resumable': '1.0.0' },
    });
    expect(head.headers.get('access-control-allow-origin')).toBe(origin);
    expect(head.headers.get('access-control-expose-headers')).toMatch(/Upload-Offset/i);
  });
});
