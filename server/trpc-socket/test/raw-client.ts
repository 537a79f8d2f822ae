import { EventEmitter, once } from 'node:events';
import { WebSocket } from 'ws';

type Closed = { readonly code: number; readonly reason: string };

/** A WebSocket client without manners of its own: it says what it is told and remembers what it hears. */
export class RawClient {
  readonly ws: WebSocket;
  readonly closed: Promise<Closed>;
  readonly #heard: string[] = [];
  readonly #changes = new EventEmitter();

  private constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('error', () => undefined);
    ws.on('message', (data: Buffer) => this.#changes.emit('heard', this.#heard.push(data.toString())));
    this.closed = new Promise((resolve) => {
      ws.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  static async open(url: string, { token, announcesParams = token !== undefined }: OpenOptions = {}) {
    const client = new RawClient(new WebSocket(announcesParams ? `${url}?connectionParams=1` : url));
    await once(client.ws, 'open');
    if (token !== undefined) client.send({ method: 'connectionParams', data: { token } });
    return client;
  }

  send(message: unknown): void {
    this.ws.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  call(method: 'query' | 'mutation' | 'subscription', path: string, options: CallOptions = {}): void {
    this.send(toCall(method, path, options));
  }

  /** The next thing it hears that was not asked for yet, as it came. */
  async hear(): Promise<string> {
    while (this.#heard.length === 0) await once(this.#changes, 'heard');
    return this.#heard.shift() ?? '';
  }

  /** The next messages, parsed; it does not count the server's requests for a sign of life. */
  async hearAll(count: number): Promise<unknown[]> {
    const heard: unknown[] = [];
    while (heard.length < count) {
      const text = await this.hear();
      if (text !== 'PING') heard.push(JSON.parse(text));
    }
    return heard;
  }
}

export type OpenOptions = {
  readonly token?: string;
  /** Says in the URL that connectionParams will follow; it does so by itself when there is a token to send. */
  readonly announcesParams?: boolean;
};

type CallOptions = {
  readonly id?: string | number | null;
  readonly input?: unknown;
  readonly lastEventId?: string;
  readonly jsonrpc?: '2.0';
};

/** A call as tRPC's client words it. */
export function toCall(
  method: 'query' | 'mutation' | 'subscription',
  path: string,
  { id = 1, input, lastEventId, jsonrpc }: CallOptions = {},
) {
  return { id, jsonrpc, method, params: { input: { json: input }, path, lastEventId } };
}
