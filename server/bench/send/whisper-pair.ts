import { randomUUID } from 'node:crypto';
import { LeanSocket } from '../lean-socket.ts';
import type { ConnectPair, Pair } from './pair.ts';

type Answer = { readonly id: number; readonly result?: { readonly data: { readonly json: { id: string } } } };

function ignore(_payload: Buffer): void {}

/** A tRPC client for calls, and for one subscription whose events it hands on unread. */
class TrpcCaller {
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

/** Over tRPC: `message.send`, and `message.onEvent` over all of the receiver's chats. */
export const connectWhisperPair: ConnectPair = async (port, pair, onDelivered) => {
  const sender = await TrpcCaller.open(port, pair.senderToken);
  const { chatId } = pair;
  const receiver = await subscribe(port, pair.receiverToken, onDelivered);
  return {
    sender: {
      async send(text) {
        await sender.call('mutation', 'message.send', { chatId, text, clientId: randomUUID() });
      },
    },
    close() {
      sender.close();
      receiver.close();
    },
  };
};

/** Resolves when events are live. */
async function subscribe(
  port: number,
  token: string,
  onDelivered: (payload: Buffer) => void,
): Promise<TrpcCaller> {
  let onSynced: () => void = () => undefined;
  const synced = new Promise<void>((resolve) => {
    onSynced = resolve;
  });
  const receiver = await TrpcCaller.open(port, token, (payload) => {
    if (payload.includes('"created"')) onDelivered(payload);
    else if (payload.includes('"synced"')) onSynced();
  });
  receiver.subscribe('message.onEvent', {});
  await synced;
  return receiver;
}

/** Two people of the local issuer and the chat between them. */
export async function makeWhisperPair(port: number): Promise<Pair> {
  const [senderToken, receiverToken] = await Promise.all([issueToken(port), issueToken(port)]);
  const sender = await TrpcCaller.open(port, senderToken);
  const receiver = await TrpcCaller.open(port, receiverToken);
  const me = await receiver.call('query', 'auth.me', null);
  const chat = await sender.call('mutation', 'chat.openDirect', { userId: me.id });
  sender.close();
  receiver.close();
  return { chatId: chat.id, senderToken, receiverToken };
}

async function issueToken(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/dev/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: randomUUID() }),
  });
  const { token } = (await response.json()) as { token: string };
  return token;
}
