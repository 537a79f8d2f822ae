import type { Wire } from '../contender.ts';
import { LeanSocket } from '../lean-socket.ts';

type LoadSocketOptions = {
  readonly port: number;
  readonly wire: Wire;
  readonly token: string;
  readonly subscriptions: readonly string[];
  readonly onEvent: (payload: Buffer) => void;
};

/** A subscriber: signs in, subscribes, answers pings and hands on the events it hears. */
export class LoadSocket {
  readonly ready: Promise<void>;
  readonly socket: LeanSocket;
  readonly #options: LoadSocketOptions;
  #awaited: number;
  #onReady: () => void = () => undefined;

  constructor(options: LoadSocketOptions) {
    this.#options = options;
    this.#awaited = options.wire === 'trpc' ? options.subscriptions.length : 1;
    this.ready = new Promise((resolve) => {
      this.#onReady = resolve;
    });
    this.socket = new LeanSocket({
      port: options.port,
      path: pathOf(options.wire),
      onOpen: () => this.#signIn(),
      onText: (payload) => this.#handle(payload),
    });
  }

  #signIn(): void {
    const { wire, token, subscriptions } = this.#options;
    if (wire === 'raw') this.socket.send('subscribe');
    if (wire !== 'trpc') return;
    this.socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
    subscriptions.forEach((path, index) => {
      const params = { path, input: { json: null } };
      this.socket.send(JSON.stringify({ id: index + 1, method: 'subscription', params }));
    });
  }

  #handle(payload: Buffer): void {
    // Everything that is not an event is short.
    if (payload.length > 150) return this.#options.onEvent(payload);
    const text = payload.toString();
    if (text === 'PING') this.socket.send('PONG');
    else if (text === '2') this.socket.send('3');
    else if (text.startsWith('0{')) this.socket.send(`40${JSON.stringify({ token: this.#options.token })}`);
    else if (text.startsWith('40') || text.includes('started')) this.#countReady();
  }

  #countReady(): void {
    this.#awaited -= 1;
    if (this.#awaited === 0) this.#onReady();
  }
}

export function pathOf(wire: Wire): string {
  return wire === 'socket.io' ? '/socket.io/?EIO=4&transport=websocket' : '/trpc?connectionParams=1';
}
