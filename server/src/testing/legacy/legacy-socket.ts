import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';

export type Received = { readonly name: string; readonly payload: Record<string, unknown> };

/** A real socket.io-client that writes down what it receives. */
export class LegacyTestSocket {
  readonly url: string;
  readonly client: Socket;
  readonly received: Received[] = [];
  #wake: () => void = () => undefined;

  constructor(url: string, auth: object, options: Partial<ManagerOptions & SocketOptions> = {}) {
    this.url = url;
    this.client = io(url, { auth, forceNew: true, reconnectionDelay: 10, ...options });
    this.client.onAny((name: string, payload: Record<string, unknown>) => {
      this.received.push({ name, payload });
      this.#wake();
    });
  }

  /** Opens a socket and waits until it was told who is online. */
  static async open(...args: ConstructorParameters<typeof LegacyTestSocket>): Promise<LegacyTestSocket> {
    const socket = new LegacyTestSocket(...args);
    await socket.next('online-users');
    return socket;
  }

  all(name: string): Record<string, unknown>[] {
    return this.received.filter((event) => event.name === name).map(({ payload }) => payload);
  }

  /** The `count`th event of that name, whenever it comes. */
  async next(name: string, count = 1): Promise<Record<string, unknown>> {
    const payload = (await this.until(() => this.all(name).length >= count)) && this.all(name)[count - 1];
    if (!payload) throw new Error(`There is no ${name} number ${count}`);
    return payload;
  }

  async until(isDone: () => boolean): Promise<true> {
    while (!isDone()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return true;
  }

  /** Resolves when all that the server sent so far is here. */
  async settle(): Promise<void> {
    await this.client.emitWithAck('leave-chat', 'none');
  }

  /** The refusal of the handshake. */
  async refusal(): Promise<Error> {
    return new Promise((resolve) => this.client.once('connect_error', resolve));
  }

  /** Cuts the wire; the client does not know until it happens, and reconnects by itself. */
  drop(): void {
    this.client.io.engine.close();
  }

  /** What the client would show when it comes back on another connection. */
  get ticket(): { readonly pid: unknown; readonly offset: unknown } {
    return { pid: Reflect.get(this.client, '_pid'), offset: Reflect.get(this.client, '_lastOffset') };
  }

  /** Why the connection ended. */
  async ended(): Promise<string> {
    return new Promise((resolve) => this.client.once('disconnect', resolve));
  }

  close(): void {
    this.client.close();
  }
}
