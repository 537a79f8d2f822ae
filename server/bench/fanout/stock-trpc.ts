import { EventEmitter, on } from 'node:events';
import { createServer } from 'node:http';
import { tracked } from '@trpc/server';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import type { MessageCreated } from '@whisper/shared';
import { WebSocketServer } from 'ws';
import { procedure, router } from '../../src/trpc.ts';
import { identify } from '../../src/identity/identify.ts';
import { createApp, meta } from './app.ts';
import { listen, type Contender } from '../contender.ts';

/** tRPC's own WebSocket adapter and the subscription its documentation shows: `on` of an emitter, then `yield`. */
export async function startStockTrpc(): Promise<Contender> {
  const http = createServer();
  const wss = new WebSocketServer({ server: http });
  const events = new EventEmitter().setMaxListeners(0);
  const app = createApp();
  const follow = (name: string) =>
    procedure.meta(meta).subscription(async function* ({ signal }) {
      for await (const [event] of on(events, name, { ...(signal && { signal }) })) {
        const { rev }: MessageCreated = event;
        yield tracked(String(rev), event);
      }
    });
  applyWSSHandler({
    wss,
    router: router({
      onMessage: follow('message'),
      onTyping: follow('typing'),
      onPresence: follow('presence'),
    }),
    createContext: async ({ info }) => ({
      ...(await identify(app.authenticate, info.connectionParams?.['token'])),
      socket: null,
      answer: null,
      admission: app.admission,
      isRefusedLate: true,
    }),
  });
  return {
    port: await listen(http),
    wire: 'trpc',
    publish(batch) {
      for (const event of batch) events.emit('message', event);
    },
  };
}
