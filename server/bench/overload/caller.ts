import { Agent, request } from 'node:http';
import { LeanSocket } from '../lean-socket.ts';

export type Answer = { readonly status: number; readonly body: string };

/** Calls over HTTP, on connections that are kept. */
export class HttpCaller {
  readonly #port: number;
  readonly #token: string | undefined;
  readonly #agent: Agent;

  constructor(port: number, token: string | undefined, connections = 6) {
    this.#port = port;
    this.#token = token;
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** The answer; status 0 when there was none. */
  ask(path: string, body?: unknown): Promise<Answer> {
    return new Promise((resolve) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const asked = request(
        {
          host: '127.0.0.1',
          port: this.#port,
          path,
          agent: this.#agent,
          method: text === undefined ? 'GET' : 'POST',
          headers: {
            ...(this.#token && { authorization: `Bearer ${this.#token}` }),
            ...(text !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(text),
            }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', () => resolve({ status: 0, body: '' }));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
          );
        },
      );
      asked.on('error', () => resolve({ status: 0, body: '' }));
      asked.end(text);
    });
  }

  query(path: string, json: unknown): Promise<Answer> {
    return this.ask(`/trpc/${path}?input=${encodeURIComponent(JSON.stringify({ json }))}`);
  }

  mutate(path: string, json: unknown): Promise<Answer> {
    return this.ask(`/trpc/${path}`, { json });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** A batch of the same query, as the path of a GET. */
export function batchPath(path: string, count: number, json: unknown): string {
  const inputs = Object.fromEntries(Array.from({ length: count }, (_, n) => [n, { json }]));
  const paths = Array.from({ length: count }, () => path).join(',');
  return `/trpc/${paths}?batch=1&input=${encodeURIComponent(JSON.stringify(inputs))}`;
}

/** A new person of the local issuer, or another token of a known one. */
export async function issueToken(port: number, user: string): Promise<string> {
  const caller = new HttpCaller(port, undefined, 1);
  const { status, body } = await caller.ask('/dev/token', { user });
  if (status !== 200) throw new Error(`No token for ${user}: ${status} ${body}`);
  caller.close();
  return (JSON.parse(body) as { token: string }).token;
}

type SocketOptions = {
  readonly port: number;
  readonly token?: string;
  readonly onText?: (payload: Buffer) => void;
};

/** A socket that has said who it is, when it has a token. Resolves when it is open. */
export function openSocket({ port, token, onText = () => undefined }: SocketOptions): Promise<LeanSocket> {
  return new Promise((resolve) => {
    const path = token === undefined ? '/trpc' : '/trpc?connectionParams=1';
    const socket: LeanSocket = new LeanSocket({
      port,
      path,
      onOpen: () => {
        // The socket is there only when its constructor has returned.
        setImmediate(() => {
          if (token !== undefined) {
            socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
          }
          resolve(socket);
        });
      },
      onText(payload) {
        if (payload.equals(ping)) socket.send('PONG');
        else onText(payload);
      },
    });
  });
}

const ping = Buffer.from('PING');

type Method = 'query' | 'mutation' | 'subscription';

/** A call as tRPC's client words it; `name` is such as `query message.list`. */
export function callText(id: number, name: `${Method} ${string}`, json: unknown): string {
  const [method, path] = name.split(' ');
  return JSON.stringify({ id, method, params: { path, input: { json } } });
}
