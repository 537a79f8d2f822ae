import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Answers an upgrade that is not taken, and cuts the connection, which belongs to nobody from here on. */
export function refuseUpgrade(stream: Duplex, status: 404 | 503): void {
  // Nobody else listens: without this, a peer that resets the connection would end the process.
  stream.on('error', () => stream.destroy());
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  stream.end(head, () => stream.destroy());
}
