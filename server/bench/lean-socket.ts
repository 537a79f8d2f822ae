import { connect, type Socket } from 'node:net';

type LeanSocketOptions = {
  readonly port: number;
  readonly path: string;
  readonly onOpen: () => void;
  readonly onText: (payload: Buffer) => void;
};

/** A WebSocket client that does as little as possible, so that making load costs less than serving it. */
export class LeanSocket {
  readonly #socket: Socket;
  readonly #options: LeanSocketOptions;
  #rest: Buffer = Buffer.alloc(0);
  #isUpgraded = false;

  constructor(options: LeanSocketOptions) {
    this.#options = options;
    this.#socket = connect(options.port, '127.0.0.1');
    this.#socket.setNoDelay();
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('error', () => undefined);
    this.#socket.write(handshakeFor(options.path));
  }

  /** A client's frames are masked; the mask of zeros leaves the payload as it is. */
  send(text: string): void {
    const payload = Buffer.from(text);
    const { length } = payload;
    const header = length < 126 ? Buffer.from([0x81, 0x80 | length, 0, 0, 0, 0]) : longHeader(length);
    this.#socket.write(Buffer.concat([header, payload]));
  }

  stopReading(): void {
    this.#socket.pause();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    let data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    if (!this.#isUpgraded) {
      const end = data.indexOf('\r\n\r\n');
      if (end < 0) return void (this.#rest = data);
      data = data.subarray(end + 4);
      this.#isUpgraded = true;
      this.#options.onOpen();
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
      this.#options.onText(data.subarray(start, start + length));
      offset = start + length;
    }
    return data.subarray(offset);
  }
}

function longHeader(length: number): Buffer {
  if (length > 0xffff) {
    const header = Buffer.alloc(14);
    header.writeUInt16BE(0x81ff);
    header.writeBigUInt64BE(BigInt(length), 2);
    return header;
  }
  const header = Buffer.from([0x81, 0x80 | 126, 0, 0, 0, 0, 0, 0]);
  header.writeUInt16BE(length, 2);
  return header;
}

function handshakeFor(path: string): string {
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
