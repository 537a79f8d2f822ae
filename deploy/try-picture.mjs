// `node deploy/try-picture.mjs URL`: a server with the local sign-in takes a picture and makes thumbnails of it, for which its
// install has what decodes pictures on this system.
import { randomUUID } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

const [url] = process.argv.slice(2);
const side = 400;

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

const head = Buffer.alloc(13);
head.writeUInt32BE(side, 0);
head.writeUInt32BE(side, 4);
head[8] = 8;
const picture = Buffer.concat([
  Buffer.from('89504e470d0a1a0a', 'hex'),
  chunk('IHDR', head),
  chunk('IDAT', deflateSync(Buffer.alloc((side + 1) * side))),
  chunk('IEND', Buffer.alloc(0)),
]);

async function ask(path, options) {
  const response = await fetch(url + path, options);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}

const json = { 'content-type': 'application/json' };
const signedIn = await ask('/dev/token', {
  method: 'POST',
  headers: json,
  body: JSON.stringify({ user: 'alice' }),
});
const headers = { ...json, authorization: `Bearer ${(await signedIn.json()).token}` };
const file = { name: 'a.png', type: 'image/png', size: picture.length, clientId: randomUUID() };
const created = await ask('/trpc/file.create', {
  method: 'POST',
  headers,
  body: JSON.stringify({ json: file }),
});
const { fileId, upload } = (await created.json()).result.data.json;
await ask(upload.url, {
  method: 'PATCH',
  headers: {
    ...upload.headers,
    'tus-resumable': '1.0.0',
    'upload-offset': '0',
    'content-type': 'application/offset+octet-stream',
  },
  body: picture,
});
const input = encodeURIComponent(JSON.stringify({ json: { fileId } }));
const link = (await (await ask(`/trpc/file.get?input=${input}`, { headers })).json()).result.data.json;
const thumbnails = await Promise.all(link.thumbnails.map((each) => ask(each.url)));
const types = thumbnails.map((each) => each.headers.get('content-type'));
if (types.join() !== 'image/webp') throw new Error(`The thumbnails are ${types.join() || 'missing'}`);
