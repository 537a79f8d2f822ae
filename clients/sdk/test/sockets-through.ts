import type { FlakyLink } from '@whisper/server/testing/flaky-link';
import { WebSocket as BaseSocket } from 'ws';

/** Sockets that go another way than everything else. */
export function socketsThrough({ url }: FlakyLink): typeof WebSocket {
  class LinkedSocket extends BaseSocket {
    constructor(address: string | URL) {
      const through = new URL(address);
      through.port = new URL(url).port;
      super(through);
    }
  }
  // TypeScript's declarations of the two classes differ in what no client uses.
  return LinkedSocket as unknown as typeof WebSocket;
}
