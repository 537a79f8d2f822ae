import { WebSocket as BaseSocket } from 'ws';

/** A dead peer is let go of after seconds; the default is half a minute, in which a process could not end. */
const options = { closeTimeout: 2_000, perMessageDeflate: false };

class NodeSocket extends BaseSocket {
  constructor(url: string | URL) {
    super(url, options);
  }
}

/** Has everything of the browser's class that a client uses; TypeScript's two declarations differ in the rest. */
export const nodeWebSocket = NodeSocket as unknown as typeof WebSocket;
