import { createAdapter } from '@socket.io/redis-adapter';
import mongoose, { Schema } from 'mongoose';
import { createServer } from 'node:http';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { listen } from '../contender.ts';
import { serve } from '../ipc.ts';

export type SocketIoRequest =
  | { readonly kind: 'start'; readonly uri: string; readonly redisUrl: string }
  | { readonly kind: 'chat'; readonly people: number }
  | { readonly kind: 'cpu' };

const refTo = (ref: string) => ({ type: Schema.Types.ObjectId, ref });

const User = mongoose.model('User', new Schema({ name: String, avatar: String }, { timestamps: true }));
const Chat = mongoose.model(
  'Chat',
  new Schema(
    { participants: [refTo('User')], lastMessage: refTo('Message'), lastMessageAt: Date },
    { timestamps: true },
  ),
);
const Message = mongoose.model(
  'Message',
  new Schema({ chat: refTo('Chat'), sender: refTo('User'), text: String }, { timestamps: true }).index({
    chat: 1,
    createdAt: 1,
  }),
);

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

/** What the first Whisper did for every message, in one emit: find the chat, create, save the chat, populate, emit. */
async function sendMessage(userId: string, chatId: string, text: string): Promise<void> {
  const chat = await Chat.findOne({ _id: chatId, participants: userId });
  if (!chat) throw new Error('Chat not found');
  const message = await Message.create({ chat: chatId, sender: userId, text });
  chat.lastMessage = message._id;
  chat.lastMessageAt = new Date();
  await chat.save();
  await message.populate('sender', 'name avatar');
  const others = chat.participants.map(String).filter((each) => each !== userId);
  io.to(others.map((each) => `user:${each}`)).emit('new-message', message);
}

serve(async (request: SocketIoRequest) => {
  switch (request.kind) {
    case 'start': {
      await mongoose.connect(request.uri, { dbName: 'socketio' });
      await Promise.all([User.init(), Chat.init(), Message.init()]);
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

async function makeChat(count: number): Promise<{ chatId: string; userIds: string[] }> {
  const names = Array.from({ length: count }, () => ({
    name: crypto.randomUUID(),
    avatar: 'https://a.test/a',
  }));
  const users = await User.create(names);
  const participants = users.map(({ _id }) => _id);
  const chat = await Chat.create({ participants });
  return { chatId: String(chat._id), userIds: participants.map(String) };
}
