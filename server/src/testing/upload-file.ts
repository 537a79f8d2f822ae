import type { FileId } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import type { TestServer } from './start-test-server.ts';
import type { TestClient } from './test-client.ts';

type Uploading = { readonly name?: string; readonly type?: string; readonly bytes?: Uint8Array };

/** Uploads a file at once, as the tus protocol has it; throws what the server answers instead of taking it. */
export async function uploadFile(
  { url }: Pick<TestServer, 'url'>,
  { api }: Pick<TestClient, 'api'>,
  { name = 'note.txt', type = 'text/plain', bytes = Buffer.from('A note.') }: Uploading = {},
): Promise<FileId> {
  const { fileId, upload } = await api.file.create.mutate({
    name,
    type,
    size: bytes.length,
    clientId: randomUUID(),
  });
  const response = await patch(`${url}${upload.url}`, { headers: upload.headers, bytes });
  if (response.status !== 204) throw new Error(`${response.status} ${await response.text()}`);
  return fileId;
}

type Patching = {
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly offset?: number;
};

/** One PATCH of a tus upload. */
export function patch(url: string, { headers, bytes, offset = 0 }: Patching): Promise<Response> {
  return fetch(url, {
    method: 'PATCH',
    headers: {
      ...headers,
      'tus-resumable': '1.0.0',
      'upload-offset': String(offset),
      'content-type': 'application/offset+octet-stream',
    },
    body: bytes,
  });
}
