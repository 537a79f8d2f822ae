import { connect, createServer, type Socket } from 'node:net';

/** The network between a browser and the server, for tests to cut: a TCP proxy on a port of its own. */
export class CuttableLink implements AsyncDisposable {
  #isDown = false;
  readonly #sockets = new Set<Socket>();
  readonly #port: number;
  readonly #server = createServer((socket) => this.#join(socket));

  private constructor(port: number) {
    this.#port = port;
  }

  static async open(target: string): Promise<CuttableLink> {
    const link = new CuttableLink(Number(new URL(target).port));
    await new Promise<void>((resolve) => link.#server.listen(0, '127.0.0.1', resolve));
    return link;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  /** Breaks every connection without a goodbye, and every new one until `restore`. */
  cut(): void {
    this.#isDown = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  restore(): void {
    this.#isDown = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    if (this.#isDown) return void client.destroy();
    const server = connect(this.#port, '127.0.0.1');
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
