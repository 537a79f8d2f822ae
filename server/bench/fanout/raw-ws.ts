import { createServer } from 'node:http';
import { transformer } from '@whisper/shared';
import { WebSocketServer } from 'ws';
import { listen, type Contender } from '../contender.ts';

/** The least a WebSocket server can do: one string, encoded once, handed to every socket. */
export async function startRawWs(): Promise<Contender> {
  const http = createServer();
  const wss = new WebSocketServer({ server: http });
  wss.on('connection', (ws) => ws.on('message', () => ws.send('started')));
  return {
    port: await listen(http),
    wire: 'raw',
    publish(events) {
      for (const event of events) {
        const id = String(event.rev);
        const data = transformer.serialize({ id, data: event });
        const text = JSON.stringify({ id: 1, result: { type: 'data', data, id } });
        for (const ws of wss.clients) ws.send(text);
      }
    },
  };
}
