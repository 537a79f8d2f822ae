import { LeanSocket } from '../lean-socket.ts';
import type { ConnectPair } from './pair.ts';

/** Over Socket.IO. There is no acknowledgement: a sender knows by the echo that their message is stored. */
export const connectSeedPair: ConnectPair = async (port, pair, onDelivered) => {
  let onEcho: () => void = () => undefined;
  const receiver = await open(port, pair.receiverToken, onDelivered);
  const sender = await open(port, pair.senderToken, () => onEcho());
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

function open(port: number, token: string, onMessage: (payload: Buffer) => void): Promise<LeanSocket> {
  return new Promise((resolve) => {
    const socket = new LeanSocket({
      port,
      path: '/socket.io/?EIO=4&transport=websocket',
      onOpen: () => undefined,
      onText(payload) {
        const kind = payload.toString('latin1', 0, 2);
        if (kind === '42') onMessage(payload);
        else if (kind === '0{') socket.send(`40${JSON.stringify({ token })}`);
        else if (kind === '40') resolve(socket);
        else if (kind === '2') socket.send('3');
      },
    });
  });
}
