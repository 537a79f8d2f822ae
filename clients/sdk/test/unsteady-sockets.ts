import { WebSocket as BaseSocket } from 'ws';

/** How long an event is held for one that overtakes it. */
const heldMs = 30;

/** Message events as they stand on the wire: of the other streams nobody promises that a client bears what is done here. */
const messageEvent = /"json":\{"id":"[^"]*","data":\{"type":"(created|updated)"/;

/** WebSockets of one device that bring events of messages twice, or in another order than they were sent, when told to. */
export class UnsteadySockets {
  /** How many of the next events come twice, and how many are overtaken by the one behind them. */
  repeats = 0;
  swaps = 0;
  /** To be handed to a client. */
  readonly WebSocket: typeof WebSocket;

  constructor() {
    // oxlint-disable-next-line typescript/no-this-alias -- the class below has a `this` of its own
    const counts = this;
    class UnsteadySocket extends BaseSocket {
      #held: unknown[] | undefined;

      constructor(url: string | URL) {
        super(url, { perMessageDeflate: false });
        this.on('close', () => {
          this.#held = undefined;
        });
      }

      override emit(event: string | symbol, ...args: unknown[]): boolean {
        if (event !== 'message' || !messageEvent.test(String(args[0]))) return super.emit(event, ...args);
        if (counts.swaps > 0 && !this.#held) {
          counts.swaps -= 1;
          this.#held = args;
          setTimeout(() => this.#release(), heldMs);
          return true;
        }
        super.emit(event, ...args);
        this.#release();
        if (counts.repeats <= 0) return true;
        counts.repeats -= 1;
        return super.emit(event, ...args);
      }

      #release(): void {
        const held = this.#held;
        this.#held = undefined;
        if (held) super.emit('message', ...held);
      }
    }
    // TypeScript's declarations of the two classes differ in what no client uses.
    this.WebSocket = UnsteadySocket as unknown as typeof WebSocket;
  }
}
