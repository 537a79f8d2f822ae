import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { listen } from '../contender.ts';
import { makeChat, openFirstWhisper, storeMessage } from '../first-whisper.ts';
import { serve } from '../../src/testing/peer.ts';

export type SeedRequest =
  | { readonly kind: 'start'; readonly uri: string }
  | { readonly kind: 'pairs'; readonly count: number }
  | { readonly kind: 'cpu' };

const http = createServer();
const io = new Server(http);

io.on('connection', (socket) => {
  const userId = String(socket.handshake.auth['token']);
  void socket.join(`user:${userId}`);
  socket.on('send-message', ({ chatId, text }: { chatId: string; text: string }) => {
    sendMessage(userId, chatId, text).catch((error: unknown) => console.error(error));
  });
});

/** What the first Whisper did for every message: it told the chat, and then each person in it. */
async function sendMessage(userId: string, chatId: string, text: string): Promise<void> {
  const { message, userIds } = await storeMessage(userId, chatId, text);
  io.to(`chat:${chatId}`).emit('new-message', message);
  for (const each of userIds) io.to(`user:${each}`).emit('new-message', message);
}

serve(async (request: SeedRequest) => {
  switch (request.kind) {
    case 'start':
      await openFirstWhisper(request.uri, 'seed');
      return listen(http);
    case 'pairs':
      return Promise.all(Array.from({ length: request.count }, makePair));
    case 'cpu':
      return process.cpuUsage();
  }
});

async function makePair() {
  const { chatId, userIds } = await makeChat(2);
  return { chatId, senderToken: userIds[0] ?? '', receiverToken: userIds[1] ?? '' };
}
