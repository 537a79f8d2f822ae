import { LeanSocket } from './lean-socket.ts';

type Answer = { readonly id: number; readonly result?: { readonly data: { readonly json: { id: string } } } };

function ignore(_payload: Buffer): void {}

/** A tRPC client for calls, and for one subscription whose events it hands on unread. */
export class TrpcCaller {
  readonly #socket: LeanSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 1;

  private constructor(
    port: number,
    onOpen: (caller: TrpcCaller) => void,
    onEvent: (payload: Buffer) => void,
  ) {
    this.#socket = new LeanSocket({
      port,
      path: '/trpc?connectionParams=1',
      onOpen: () => onOpen(this),
      onText: (payload) => this.#handle(payload, onEvent),
    });
  }

  static async open(port: number, token: string, onEvent = ignore): Promise<TrpcCaller> {
    const caller = await new Promise<TrpcCaller>((resolve) => new TrpcCaller(port, resolve, onEvent));
    caller.#socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
    return caller;
  }

  async call(method: 'query' | 'mutation', path: string, json: unknown): Promise<{ id: string }> {
    this.#lastId += 1;
    const id = this.#lastId;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params: { path, input: { json } } }));
    const answer = await answered;
    if (!answer.result) throw new Error(`${path} failed: ${JSON.stringify(answer)}`);
    return answer.result.data.json;
  }

  subscribe(path: string, json: unknown): void {
    this.#socket.send(JSON.stringify({ id: 1, method: 'subscription', params: { path, input: { json } } }));
  }

  close(): void {
    this.#socket.destroy();
  }

  #handle(payload: Buffer, onEvent: (payload: Buffer) => void): void {
    if (payload.toString('latin1', 0, 8) === '{"id":1,') return onEvent(payload);
    const text = payload.toString();
    if (text === 'PING') return this.#socket.send('PONG');
    const answer = JSON.parse(text) as Answer;
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }
}
