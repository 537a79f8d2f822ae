import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { limits } from '@whisper/shared';
import { WebSocket } from 'ws';
import { issueToken } from '../overload/caller.ts';
import { Target } from '../overload/target.ts';
import { printTable } from '../table.ts';

const rounds = 3;
/** A server that has said nothing for so long has said what it had to. */
const silentMs = 150;

/**
 * What each of the worst frames of a legal size costs the server, signed in or not, and what it answers. `root` is the
 * checkout whose server is asked, `sizeMax` the size of its largest frame.
 */
export async function benchFrames(root = '', sizeMax = limits.frameBytesMax): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'whisper-frames-'));
  const checkout = root === '' ? fileURLToPath(new URL('../../..', import.meta.url)) : resolve(root);
  try {
    await using server = await Target.start({ root: checkout, dataDir, rateLimits: 'off' });
    const { port } = server;
    const rows: Record<string, string>[] = [];
    for (const [name, build] of Object.entries(frames)) {
      for (const size of [limits.strangerFrameBytesMax, sizeMax]) {
        const frame = build(size - 64);
        for (const who of ['stranger', 'alice']) {
          const token = who === 'alice' ? await issueToken(port, who) : undefined;
          rows.push({ frame: name, who, ...(await measure(server, { port, token, frame })) });
        }
      }
    }
    printTable('CPU of one frame', rows);
  } finally {
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

const call = (input: string, path = 'chat.get') =>
  `{"id":1,"method":"query","params":{"path":"${path}","input":${input}}}`;
const fill = (part: string, size: number) =>
  Array(Math.floor(size / (part.length + 1)))
    .fill(part)
    .join(',');
const distinct = (size: number) =>
  Array.from({ length: Math.floor(size / 11) }, (_, n) => `{"${n.toString(36)}":1}`).join(',');
const keys = (size: number) =>
  Array.from({ length: Math.floor(size / 9) }, (_, n) => `"${n.toString(36)}":1`).join(',');
const spread = (size: number) => `"${(size % 7_919).toString(36)}"`;

/** Of at most so many bytes. */
const frames: Readonly<Record<string, (size: number) => string>> = {
  'messages that are none': (size) => `[${fill('{}', size)}]`,
  'calls as short as can be': (size) => `[${fill(call('{}'), size)}]`,
  'calls of nothing': (size) => `[${fill('{"id":1,"method":"query","params":{"path":""}}', size)}]`,
  'stops of nothing': (size) => `[${fill('{"id":1,"method":"subscription.stop"}', size)}]`,
  arrays: (size) => call(`{"json":[${fill('[]', size - 200)}]}`),
  numbers: (size) => call(`{"json":[${fill('1', size - 200)}]}`),
  'objects of distinct keys': (size) => call(`{"json":[${distinct(size - 200)}]}`),
  'one object of many keys': (size) => call(`{"json":{${keys(size - 200)}}}`),
  depth: (size) => call(`{"json":${'['.repeat(size / 2 - 200)}${']'.repeat(size / 2 - 200)}}`),
  text: (size) => call(`{"json":{"query":"${'x'.repeat(size - 200)}"}}`, 'user.list'),
  'text of three bytes': (size) => call(`{"json":{"query":"${'漢'.repeat((size - 200) / 3)}"}}`, 'user.list'),
  'text of escapes': (size) => call(`{"json":{"query":"${'\\"'.repeat(size / 2 - 200)}"}}`, 'user.list'),
  'text of unicode escapes': (size) =>
    call(`{"json":{"query":"${'\\u0001'.repeat(size / 6 - 200)}"}}`, 'user.list'),
  'a number of many digits': (size) => call(`{"json":${'9'.repeat(size - 200)}}`),
  'white space': (size) => `${' '.repeat(size - 200)}${call('{}')}`,
  'a set walked again and again': (size) =>
    call(
      `{"json":[${fill('{}', size / 2 - 300)}],"meta":{"v":1,"values":["set"],"referentialEqualities":{"9":[${fill('"9"', size / 2 - 300)}]}}}`,
    ),
  'many dates': (size) =>
    call(
      `{"json":{},"meta":{"v":1,"values":{${Array.from(
        { length: Math.floor(size / 18) },
        (_, n) => `${spread(n).slice(0, -1)}${n.toString(36)}":["Date"]`,
      )
        .join(',')
        .slice(0, size - 300)
        .replace(/,[^,]*$/, '')}}}}`,
    ),
  'not JSON at all': (size) => `[${'{"a":'.repeat(size / 5 - 10)}`,
};

type Sent = { readonly port: number; readonly token: string | undefined; readonly frame: string };

/** The worst of some rounds; the first, in which code is compiled, does not count. */
async function measure(server: Target, { port, token, frame }: Sent) {
  let [cpuMs, heard] = [0, 0];
  let closed: number | undefined;
  for (let round = 0; round <= rounds; round += 1) {
    const socket = await open(port, token);
    const before = server.usage().cpuMs;
    const said = listen(socket);
    socket.send(frame);
    ({ heard, closed } = await said);
    const spent = server.usage().cpuMs - before;
    if (round > 0) cpuMs = Math.max(cpuMs, spent);
    socket.terminate();
  }
  return {
    KiB: (Buffer.byteLength(frame) / 1_024).toFixed(0),
    'CPU ms, worst': cpuMs.toFixed(1),
    'answer, x question': (heard / Buffer.byteLength(frame)).toFixed(2),
    closed: closed === undefined ? '' : String(closed),
  };
}

/** Resolves when it is open and, with a token, known. */
async function open(port: number, token: string | undefined): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/trpc${token ? '?connectionParams=1' : ''}`);
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('open', resolve));
  if (token === undefined) return socket;
  const known = new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
  socket.send(call('{}', 'auth.me'));
  await known;
  return socket;
}

/** Bytes heard until nothing more comes, and with what the socket was closed. */
function listen(socket: WebSocket): Promise<{ heard: number; closed: number | undefined }> {
  return new Promise((resolve) => {
    let heard = 0;
    let closed: number | undefined;
    const done = () => resolve({ heard, closed });
    let timer = setTimeout(done, silentMs);
    const renew = () => {
      clearTimeout(timer);
      timer = setTimeout(done, silentMs);
    };
    socket.on('message', (data: Buffer) => {
      heard += data.length;
      renew();
    });
    socket.on('close', (code) => {
      closed = code;
      renew();
    });
  });
}
