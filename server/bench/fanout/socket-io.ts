import { createServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import { identityOf } from './identity.ts';
import { listen, type Contender } from '../contender.ts';

/** Socket.IO as it comes: authenticated sockets in rooms, one emit to the room. */
export async function startSocketIo(): Promise<Contender> {
  const http = createServer();
  const io = new Server(http);
  io.use((socket, next) => void admit(socket).finally(next));
  io.on('connection', (socket) => {
    void socket.join(['messages', 'typing', 'presence']);
  });
  return {
    port: await listen(http),
    wire: 'socket.io',
    publish(events) {
      for (const event of events) io.to('messages').emit('message', event);
    },
  };
}

async function admit(socket: Socket): Promise<void> {
  const token: unknown = socket.handshake.auth['token'];
  socket.data = { identity: await identityOf(String(token)) };
}
