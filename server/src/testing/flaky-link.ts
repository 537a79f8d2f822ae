import { connect, createServer, type Socket } from 'node:net';

/** The network between a client and the server, for tests to break: a TCP proxy on a port of its own. */
export class FlakyLink implements AsyncDisposable {
  /** Connections are taken and dropped at once while this is set. */
  isDown = false;
  /** Every chunk waits this long on its way to the client. */
  delayMs = 0;
  /** New connections are taken and carry nothing, for ever, while this is set. */
  isMute = false;
  connectionCount = 0;
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  readonly #joins = new Set<{ isMute: boolean }>();
  readonly #server = createServer((socket) => this.#join(socket));

  private constructor(target: string) {
    this.#target = new URL(target);
  }

  static async open(target: string): Promise<FlakyLink> {
    const link = new FlakyLink(target);
    await new Promise<void>((resolve) => link.#server.listen(0, '127.0.0.1', resolve));
    return link;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The link is closed');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Breaks every connection without a goodbye. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Breaks every connection, and every new one until `restore`. */
  cut(): void {
    this.isDown = true;
    this.drop();
  }

  restore(): void {
    this.isDown = false;
  }

  /** Every connection that is open now falls silent for ever, in both directions and without a goodbye. */
  mute(): void {
    for (const join of this.#joins) join.isMute = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    this.connectionCount += 1;
    if (this.isDown) return void client.destroy();
    const server = connect(Number(this.#target.port), this.#target.hostname);
    const join = { isMute: this.isMute };
    this.#joins.add(join);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#sockets.delete(from);
        this.#joins.delete(join);
        if (!join.isMute) to.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (!join.isMute) server.write(chunk);
    });
    server.on('data', (chunk) => {
      if (join.isMute) return;
      if (this.delayMs === 0) client.write(chunk);
      else setTimeout(() => client.write(chunk), this.delayMs);
    });
  }
}
