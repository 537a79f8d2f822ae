import { randomUUID } from 'node:crypto';
import { issueToken } from '../issue-token.ts';
import { TrpcCaller } from '../trpc-caller.ts';
import type { ConnectPair, Pair } from './pair.ts';

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
