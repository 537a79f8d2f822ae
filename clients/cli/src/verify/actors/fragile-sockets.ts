import { WebSocket as BaseSocket } from 'ws';

/**
 * A WebSocket class whose open sockets can be cut, or made to stop reading, from outside: as a bad
 * network or a sleeping laptop does.
 */
export class FragileSockets {
  readonly #open = new Set<BaseSocket>();

  /** To be handed to a tRPC client. */
  readonly WebSocket: typeof WebSocket;

  constructor() {
    const open = this.#open;
    class FragileSocket extends BaseSocket {
      constructor(url: string | URL) {
        super(url, { perMessageDeflate: false });
        open.add(this);
        this.on('close', () => open.delete(this));
      }
    }
    // TypeScript's declarations of the two classes differ in what no client uses.
    this.WebSocket = FragileSocket as unknown as typeof WebSocket;
  }

  cut(): void {
    for (const socket of this.#open) socket.terminate();
  }

  /** Reads nothing for a while; pings are not answered either, as from a process that hangs. */
  stall(ms: number): void {
    for (const socket of this.#open) {
      if (socket.readyState !== BaseSocket.OPEN) continue;
      socket.pause();
      setTimeout(() => socket.resume(), ms);
    }
  }
}
