import { WebSocket as BaseSocket } from 'ws';

/** Gives up on a dead peer after seconds; the default for closing is half a minute. */
const options = { handshakeTimeout: 10_000, closeTimeout: 2_000, perMessageDeflate: false };

class NodeSocket extends BaseSocket {
  constructor(url: string | URL) {
    super(url, options);
  }
}

/** Has everything of the browser's class that a client uses; TypeScript's two declarations differ in the rest. */
export const nodeWebSocket = NodeSocket as unknown as typeof WebSocket;
