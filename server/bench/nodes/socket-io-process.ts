import { createAdapter } from '@socket.io/redis-adapter';
import { createServer } from 'node:http';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { listen } from '../contender.ts';
import { makeChat, openFirstWhisper, storeMessage } from '../first-whisper.ts';
import { serve } from '../../src/testing/peer.ts';

export type SocketIoRequest =
  | { readonly kind: 'start'; readonly uri: string; readonly redisUrl: string }
  | { readonly kind: 'chat'; readonly people: number }
  | { readonly kind: 'cpu' };

const http = createServer();
const io = new Server(http);

io.on('connection', (socket) => {
  const userId = String(socket.handshake.auth['token']);
  void socket.join(`user:${userId}`);
  socket.on('send-message', ({ chatId, text }: { chatId: string; text: string }, acknowledge: () => void) => {
    sendMessage(userId, chatId, text)
      .then(acknowledge)
      .catch((error: unknown) => console.error(error));
  });
});

/** What the first Whisper did for every message, in one emit. */
async function sendMessage(userId: string, chatId: string, text: string): Promise<void> {
  const { message, userIds } = await storeMessage(userId, chatId, text);
  const others = userIds.filter((each) => each !== userId);
  io.to(others.map((each) => `user:${each}`)).emit('new-message', message);
}

serve(async (request: SocketIoRequest) => {
  switch (request.kind) {
    case 'start': {
      await openFirstWhisper(request.uri, 'socketio');
      const [one, other] = [createClient({ url: request.redisUrl }), createClient({ url: request.redisUrl })];
      await Promise.all([one.connect(), other.connect()]);
      io.adapter(createAdapter(one, other));
      return listen(http);
    }
    case 'chat':
      return makeChat(request.people);
    case 'cpu':
      return process.cpuUsage();
  }
});
