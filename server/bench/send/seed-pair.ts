import { LeanSocket } from '../lean-socket.ts';
import type { ConnectPair } from './pair.ts';

/** Over Socket.IO. There is no acknowledgement: a sender knows by the echo that their message is stored. */
export const connectSeedPair: ConnectPair = async (port, pair, onDelivered) => {
  let onEcho: () => void = () => undefined;
  const receiver = await openSocketIo({ port, token: pair.receiverToken, onMessage: onDelivered });
  const sender = await openSocketIo({ port, token: pair.senderToken, onMessage: () => onEcho() });
  return {
    sender: {
      send(text) {
        const echoed = new Promise<void>((resolve) => {
          onEcho = resolve;
        });
        sender.send(`42${JSON.stringify(['send-message', { chatId: pair.chatId, text }])}`);
        return echoed;
      },
    },
    close() {
      receiver.destroy();
      sender.destroy();
    },
  };
};

type Options = {
  readonly port: number;
  readonly token: string;
  readonly onMessage: (payload: Buffer) => void;
  readonly onAcknowledged?: () => void;
};

/** Hands on events and, where somebody waits for them, acknowledgements. */
export function openSocketIo({ port, token, onMessage, onAcknowledged }: Options): Promise<LeanSocket> {
  return new Promise((resolve) => {
    const socket = new LeanSocket({
      port,
      path: '/socket.io/?EIO=4&transport=websocket',
      onOpen: () => undefined,
      onText(payload) {
        const kind = payload.toString('latin1', 0, 2);
        if (kind === '42') onMessage(payload);
        else if (kind === '43') onAcknowledged?.();
        else if (kind === '0{') socket.send(`40${JSON.stringify({ token })}`);
        else if (kind === '40') resolve(socket);
        else if (kind === '2') socket.send('3');
      },
    });
  });
}
