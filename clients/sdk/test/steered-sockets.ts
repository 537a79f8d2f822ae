import { WebSocket as BaseSocket } from 'ws';

/** What becomes of a frame that the server sent: it comes as it is or as another, later, or never. */
type Steer = (frame: string) => { readonly pass: string } | 'hold' | 'lose';

/** WebSockets of one device, each of whose frames from the server a test may hold, lose or change. */
export class SteeredSockets {
  steer: Steer = (frame) => ({ pass: frame });
  /** To be handed to a client. */
  readonly WebSocket: typeof WebSocket;
  readonly #held: (() => void)[] = [];
  readonly #opened = new Set<BaseSocket>();

  constructor() {
    const steered = (frame: string, pass: (frame: string) => void) => {
      const to = this.steer(frame);
      if (to === 'hold') this.#held.push(() => pass(frame));
      else if (to !== 'lose') pass(to.pass);
    };
    const opened = this.#opened;
    class SteeredSocket extends BaseSocket {
      constructor(url: string | URL) {
        super(url, { perMessageDeflate: false });
        opened.add(this);
        this.on('close', () => opened.delete(this));
      }

      override emit(event: string | symbol, ...args: unknown[]): boolean {
        const [data, ...others] = args;
        if (event !== 'message') return super.emit(event, ...args);
        steered(String(data), (frame) => super.emit(event, Buffer.from(frame), ...others));
        return true;
      }
    }
    // TypeScript's declarations of the two classes differ in what no client uses.
    this.WebSocket = SteeredSocket as unknown as typeof WebSocket;
  }

  get heldCount(): number {
    return this.#held.length;
  }

  /** Breaks the connection; the client opens another. */
  drop(): void {
    for (const socket of this.#opened) socket.terminate();
  }

  /** What was held comes now. */
  release(): void {
    for (const pass of this.#held.splice(0)) pass();
  }
}
