import { LeanSocket } from '../lean-socket.ts';

type Options = {
  readonly port: number;
  readonly token: string;
  /** What to subscribe to. */
  readonly path: string;
  readonly input: unknown;
  /** Every event of the subscription, its first one too. */
  readonly onEvent: (payload: Buffer) => void;
};

/** One person's socket with one subscription; resolves when that has started. */
export function connectPerson({ port, token, path, input, onEvent }: Options): Promise<LeanSocket> {
  return new Promise((resolve) => {
    const socket = new LeanSocket({
      port,
      path: '/trpc?connectionParams=1',
      onOpen() {
        socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
        const params = { path, input: { json: input } };
        socket.send(JSON.stringify({ id: 1, method: 'subscription', params }));
      },
      onText(payload) {
        if (payload.equals(ping)) return socket.send('PONG');
        resolve(socket);
        onEvent(payload);
      },
    });
  });
}

const ping = Buffer.from('PING');
