import fc, { type Arbitrary } from 'fast-check';
import { connect } from 'node:net';
import type { Round } from './round.ts';
import { shorten } from './witness.ts';

const connectionsPerRound = 30;
const atOnce = 5;
const listenMs = 80;

/** Below HTTP and below WebSocket libraries: half requests, wrong lengths, wrong opcodes, torn at any byte. */
export async function attackBytes({ url, token, seed, dice, witness }: Round): Promise<void> {
  const port = Number(new URL(url).port);
  const pieces = fc.sample(tornConnections(token), { numRuns: connectionsPerRound, seed: dice });
  const sendNext = async (): Promise<void> => {
    const next = pieces.pop();
    if (!next) return;
    const sent = shorten(JSON.stringify(Buffer.concat([...next]).toString('latin1')));
    witness.sends('bytes', sent, seed);
    const text = await exchange(port, next);
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
    // The good handshakes among them are of the person whose round it is, who listens to nothing.
    witness.saw({ person: undefined, text, status, sent, seed });
    return sendNext();
  };
  await Promise.all(Array.from({ length: atOnce }, sendNext));
}

/** Everything that comes within a moment of the last piece, which nobody need answer. */
function exchange(port: number, pieces: readonly Buffer[]): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1');
    const end = () => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', end);
    socket.on('connect', () => {
      for (const piece of pieces) socket.write(piece);
      setTimeout(end, listenMs);
    });
  });
}

function tornConnections(token: string): Arbitrary<readonly Buffer[]> {
  const whole = fc.oneof(
    requests(token),
    fc.tuple(handshakes, frames(token)).map((parts) => Buffer.concat(parts)),
  );
  return fc
    .tuple(
      whole,
      fc.array(fc.noBias(fc.double({ min: 0, max: 1, noNaN: true })), { maxLength: 3 }),
      fc.boolean(),
    )
    .map(([bytes, cuts, isHalf]) => {
      const at = cuts.map((cut) => Math.floor(cut * bytes.length)).toSorted((one, other) => one - other);
      const pieces = [0, ...at].map((from, index) => bytes.subarray(from, at[index]));
      return isHalf && pieces.length > 1 ? pieces.slice(0, -1) : pieces;
    });
}

const lines = (...all: readonly string[]) => `${all.join('\r\n')}\r\n\r\n`;

function requests(token: string): Arbitrary<Buffer> {
  const sign = `Authorization: Bearer ${token}`;
  const post = `POST /trpc/message.send HTTP/1.1\r\nHost: x\r\n${sign}`;
  return fc
    .constantFrom(
      lines('GET /livez HTTP/1.0'),
      lines('GET /livez HTTP/9.9', 'Host: x'),
      lines('GET http://elsewhere/livez HTTP/1.1', 'Host: x'),
      lines('GET //elsewhere HTTP/1.1', 'Host: x'),
      lines('OPTIONS * HTTP/1.1', 'Host: x'),
      lines('CONNECT elsewhere:443 HTTP/1.1', 'Host: x'),
      lines('TRACE / HTTP/1.1', 'Host: x'),
      lines('GET /li\0vez HTTP/1.1', 'Host: x'),
      lines('GET /%ff%fe HTTP/1.1', 'Host: [::'),
      lines('GET / HTTP/1.1', 'Host: \xff\xfe', 'Cookie: __session=\xff'),
      lines('GET / HTTP/1.1', 'Host: x', `X-Long: ${'x'.repeat(20_000)}`),
      lines('GET / HTTP/1.1', 'Host: x', ...Array.from({ length: 3_000 }, (_, n) => `X-${n}: 1`)),
      lines('GET / HTTP/1.1', 'Host: x', 'Range: bytes=0-,5-1,-0,9999999999999-'),
      lines(
        'GET / HTTP/1.1',
        'Host: x',
        'If-None-Match: "',
        'If-Modified-Since: never',
        'Accept-Encoding: \xff',
      ),
      lines('GET /trpc/auth.me HTTP/1.1', 'Host: x', sign, 'Content-Length: 50'),
      lines('GET /livez HTTP/1.1', 'Host: x').repeat(200),
      `${lines(post, 'Content-Length: 5', 'Content-Length: 6')}{"a":1}`,
      `${lines(post, 'Content-Length: -1')}{}`,
      `${lines(post, 'Content-Length: 99999999999999999999')}{}`,
      `${lines(post, 'Content-Length: 1000')}{"json":`,
      `${lines(post, 'Transfer-Encoding: chunked')}ffffffffffffffff\r\n{`,
      `${lines(post, 'Transfer-Encoding: chunked')}-1\r\n{}\r\n0\r\n\r\n`,
      `${lines(post, 'Transfer-Encoding: chunked')}2;${'x'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
      `${lines(post, 'Transfer-Encoding: chunked, gzip')}2\r\n{}\r\n0\r\n\r\n`,
      `${lines(post, 'Transfer-Encoding: chunked', 'Content-Length: 3')}2\r\n{}\r\n0\r\n\r\n`,
      `${lines(post, 'Expect: 100-continue', 'Content-Length: 2')}`,
      `${lines(post, 'Expect: nothing', 'Content-Length: 2')}{}`,
      `${lines('POST /socket.io/?EIO=4&transport=polling HTTP/1.1', 'Host: x', 'Content-Length: 9000')}4`,
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      'GET /\r\n',
      '\r\n\r\n\r\n',
      '\0'.repeat(500),
    )
    .map((text) => Buffer.from(text, 'latin1'));
}

const handshakes: Arbitrary<Buffer> = fc
  .record({
    path: fc.oneof(
      { weight: 8, arbitrary: fc.constant('/trpc?connectionParams=1') },
      {
        weight: 4,
        arbitrary: fc.constantFrom(
          '/socket.io/?EIO=4&transport=websocket',
          '/socket.io/?EIO=9',
          '/trpc',
          '/',
          '/api',
          '/trpc/../x',
          '//',
        ),
      },
    ),
    version: fc.oneof({ weight: 8, arbitrary: fc.constant('13') }, fc.constantFrom('12', '', 'x', '99999')),
    key: fc.oneof(
      { weight: 8, arbitrary: fc.constant('Sec-WebSocket-Key: d2hpc3BlcndoaXNwZXI1NQ==') },
      fc.constantFrom(
        'X: 1',
        'Sec-WebSocket-Key: x',
        'Sec-WebSocket-Key: ',
        'Sec-WebSocket-Key: d2hpc3Blcg==',
      ),
    ),
    extra: fc.oneof(
      { weight: 6, arbitrary: fc.constant('X: 2') },
      fc.constantFrom(
        'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99',
        'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; x',
        'Sec-WebSocket-Extensions: ,;=',
        'Sec-WebSocket-Protocol: ,,',
        'Sec-WebSocket-Protocol: \xff',
        'Origin: null',
        'Content-Length: 4',
      ),
    ),
  })
  .map(({ path, version, key, extra }) =>
    Buffer.from(
      lines(
        `GET ${path} HTTP/1.1`,
        'Host: 127.0.0.1',
        'Upgrade: websocket',
        'Connection: Upgrade',
        `Sec-WebSocket-Version: ${version}`,
        key,
        extra,
      ),
      'latin1',
    ),
  );

/** Frames by their bits: any opcode, reserved bits, masked or not, with lengths that are not theirs. */
function frames(token: string): Arbitrary<Buffer> {
  const params = Buffer.from(JSON.stringify({ method: 'connectionParams', data: { token } }));
  const payloads = fc.oneof(
    fc.constantFrom(
      params,
      Buffer.from('{"id":1,"method":"query","params":{"path":"auth.me"}}'),
      Buffer.from([0x03, 0xe8]),
      Buffer.from([0x03]),
      Buffer.from([0xff, 0xff, 0xc0, 0x80]),
      Buffer.alloc(0),
      Buffer.alloc(126, 'x'),
      Buffer.alloc(70_000, '['),
    ),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  );
  const frame = fc
    .record({
      opcode: fc.oneof(fc.constantFrom(1, 1, 2, 0, 8, 9, 10), fc.nat(15)),
      bits: fc.constantFrom(0x80, 0x80, 0x80, 0, 0xc0, 0xf0),
      isMasked: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, fc.boolean()),
      claimed: fc.option(fc.constantFrom(0n, 5n, 200n, 2n ** 31n, 2n ** 53n, 2n ** 64n - 1n), { freq: 5 }),
      payload: payloads,
    })
    .map(toFrame);
  const good = toFrame({ opcode: 1, bits: 0x80, isMasked: true, claimed: null, payload: params });
  return fc
    .tuple(fc.boolean(), fc.array(frame, { maxLength: 6 }))
    .map(([isSigned, all]) => Buffer.concat(isSigned ? [good, ...all] : all));
}

type FrameParts = {
  readonly opcode: number;
  readonly bits: number;
  readonly isMasked: boolean;
  readonly claimed: bigint | null;
  readonly payload: Buffer;
};

/** The mask is of zeros, which leaves the payload as it is. */
function toFrame({ opcode, bits, isMasked, claimed, payload }: FrameParts): Buffer {
  const length = claimed ?? BigInt(payload.length);
  const mask = isMasked ? 0x80 : 0;
  const head = Buffer.alloc(length < 126n ? 2 : 10);
  head[0] = bits | opcode;
  head[1] = mask | (length < 126n ? Number(length) : 127);
  if (length >= 126n) head.writeBigUInt64BE(length, 2);
  return Buffer.concat([head, Buffer.alloc(isMasked ? 4 : 0), payload]);
}
