import { Peer } from '../../src/testing/peer.ts';
import { openSocketIo } from '../send/seed-pair.ts';
import type { LeanSocket } from '../lean-socket.ts';
import type { Fleet, Ground } from './fleet.ts';
import type { SocketIoRequest } from './socket-io-process.ts';

/** Socket.IO with its Redis adapter: a room for each person, as chats built on it have. */
export async function startSocketIo({ uri, redisUrl }: Ground): Promise<Fleet> {
  const module = new URL('./socket-io-process.ts', import.meta.url);
  const peers = [Peer.start(module), Peer.start(module)] as const;
  const start: SocketIoRequest = { kind: 'start', uri, redisUrl };
  const ports = [await peers[0].ask<number>(start), await peers[1].ask<number>(start)] as const;
  return {
    name: 'Socket.IO, Redis adapter',
    peers,
    async gather(readers, on, onDelivered) {
      const request: SocketIoRequest = { kind: 'chat', people: readers + 1 };
      const { chatId, userIds } = await peers[0].ask<{ chatId: string; userIds: string[] }>(request);
      const [me, ...others] = userIds;
      const sockets: LeanSocket[] = [];
      for (const other of others)
        sockets.push(await openSocketIo({ port: ports[on], token: other, onMessage: onDelivered }));
      let onStored: () => void = () => undefined;
      const sender = await openSocketIo({
        port: ports[0],
        token: me ?? '',
        onMessage: () => undefined,
        onAcknowledged: () => onStored(),
      });
      return {
        sockets,
        send(text) {
          const stored = new Promise<void>((resolve) => {
            onStored = resolve;
          });
          sender.send(`420${JSON.stringify(['send-message', { chatId, text }])}`);
          return stored;
        },
      };
    },
  };
}
