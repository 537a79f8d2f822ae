import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection that are not answered yet. No client in use sends so many without waiting. */
export const pipelinedMax = 20;

/**
 * Cuts a connection that sends more requests without waiting for answers. Node makes requests of all that lie in one piece
 * of 64 KiB, some two thousand, in one turn of the event loop, also when the connection is gone: nobody hears of the rest.
 * Call it when everybody listens.
 */
export function endPipelines(http: Server): void {
  const listeners = http.listeners('request');
  http.removeAllListeners('request');
  const unanswered = new WeakMap<Socket, number>();
  http.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    if (socket.destroyed) return;
    const count = (unanswered.get(socket) ?? 0) + 1;
    if (count > pipelinedMax) return void socket.destroy();
    unanswered.set(socket, count);
    response.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    for (const listener of listeners) listener.call(http, request, response);
  });
}
