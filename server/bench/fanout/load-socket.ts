import { connect, type Socket } from 'node:net';
import type { Wire } from './contender.ts';

type LoadSocketOptions = {
  readonly port: number;
  readonly wire: Wire;
  readonly token: string;
  readonly subscriptions: readonly string[];
  readonly onEvent: (payload: Buffer) => void;
};

/**
 * A WebSocket client that does as little as possible, so that the load costs less than the server: it signs in,
 * subscribes, answers pings and hands on what it hears.
 */
export class LoadSocket {
  readonly socket: Socket;
  readonly ready: Promise<void>;
  readonly #options: LoadSocketOptions;
  #rest: Buffer = Buffer.alloc(0);
  #isUpgraded = false;
  #awaited: number;
  #onReady: () => void = () => undefined;

  constructor(options: LoadSocketOptions) {
    this.#options = options;
    this.#awaited = options.wire === 'trpc' ? options.subscriptions.length : 1;
    this.ready = new Promise((resolve) => {
      this.#onReady = resolve;
    });
    this.socket = connect(options.port, '127.0.0.1');
    this.socket.setNoDelay();
    this.socket.on('data', (chunk) => this.#receive(chunk));
    this.socket.on('error', () => undefined);
    this.socket.write(handshakeFor(options.wire));
  }

  #receive(chunk: Buffer): void {
    let data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    if (!this.#isUpgraded) {
      const end = data.indexOf('\r\n\r\n');
      if (end < 0) return void (this.#rest = data);
      data = data.subarray(end + 4);
      this.#isUpgraded = true;
      this.#signIn();
    }
    this.#rest = this.#readFrames(data);
  }

  /** What is left behind the last whole frame. */
  #readFrames(data: Buffer): Buffer {
    let offset = 0;
    while (offset + 2 <= data.length) {
      let length = (data[offset + 1] ?? 0) & 0x7f;
      let start = offset + 2;
      if (length === 126) {
        if (data.length < offset + 4) break;
        length = data.readUInt16BE(offset + 2);
        start = offset + 4;
      } else if (length === 127) {
        if (data.length < offset + 10) break;
        length = Number(data.readBigUInt64BE(offset + 2));
        start = offset + 10;
      }
      if (data.length < start + length) break;
      this.#handle(data.subarray(start, start + length));
      offset = start + length;
    }
    return data.subarray(offset);
  }

  #signIn(): void {
    const { wire, token, subscriptions } = this.#options;
    if (wire === 'raw') this.#send('subscribe');
    if (wire === 'socket.io') return;
    this.#send(JSON.stringify({ method: 'connectionParams', data: { token } }));
    subscriptions.forEach((path, index) => {
      this.#send(
        JSON.stringify({ id: index + 1, method: 'subscription', params: { path, input: { json: null } } }),
      );
    });
  }

  #handle(payload: Buffer): void {
    // Everything that is not an event is short.
    if (payload.length > 150) return this.#options.onEvent(payload);
    const text = payload.toString();
    if (text === 'PING') this.#send('PONG');
    else if (text === '2') this.#send('3');
    else if (text.startsWith('0{')) this.#send(`40${JSON.stringify({ token: this.#options.token })}`);
    else if (text.startsWith('40') || text.includes('started')) this.#countReady();
  }

  #countReady(): void {
    this.#awaited -= 1;
    if (this.#awaited === 0) this.#onReady();
  }

  /** A client's frames are masked; the mask of zeros leaves the payload as it is. */
  #send(text: string): void {
    const payload = Buffer.from(text);
    const length = payload.length;
    const header = length < 126 ? Buffer.from([0x81, 0x80 | length, 0, 0, 0, 0]) : longHeader(length);
    this.socket.write(Buffer.concat([header, payload]));
  }
}

function longHeader(length: number): Buffer {
  const header = Buffer.from([0x81, 0x80 | 126, 0, 0, 0, 0, 0, 0]);
  header.writeUInt16BE(length, 2);
  return header;
}

function handshakeFor(wire: Wire): string {
  const path = wire === 'socket.io' ? '/socket.io/?EIO=4&transport=websocket' : '/trpc?connectionParams=1';
  return [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: d2hpc3BlcndoaXNwZXI1NQ==',
    '\r\n',
  ].join('\r\n');
}
