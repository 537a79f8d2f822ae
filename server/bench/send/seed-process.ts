import { createServer } from 'node:http';
import mongoose, { Schema } from 'mongoose';
import { Server } from 'socket.io';
import { listen } from '../contender.ts';
import { serve } from '../ipc.ts';

export type SeedRequest =
  | { readonly kind: 'start'; readonly uri: string }
  | { readonly kind: 'pairs'; readonly count: number }
  | { readonly kind: 'cpu' };

const refTo = (ref: string) => ({ type: Schema.Types.ObjectId, ref });

const User = mongoose.model(
  'User',
  new Schema(
    { clerkId: { type: String, unique: true }, name: String, email: String, avatar: String },
    { timestamps: true },
  ),
);
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
  socket.on('send-message', ({ chatId, text }: { chatId: string; text: string }) => {
    sendMessage(userId, chatId, text).catch((error: unknown) => console.error(error));
  });
});

/** What the first Whisper did for every message: find the chat, create, save the chat, populate, emit. */
async function sendMessage(userId: string, chatId: string, text: string): Promise<void> {
  const chat = await Chat.findOne({ _id: chatId, participants: userId });
  if (!chat) throw new Error('Chat not found');
  const message = await Message.create({ chat: chatId, sender: userId, text });
  chat.lastMessage = message._id;
  chat.lastMessageAt = new Date();
  await chat.save();
  await message.populate('sender', 'name avatar');
  io.to(`chat:${chatId}`).emit('new-message', message);
  for (const participant of chat.participants)
    io.to(`user:${String(participant)}`).emit('new-message', message);
}

serve(async (request: SeedRequest) => {
  switch (request.kind) {
    case 'start':
      await mongoose.connect(request.uri, { dbName: 'seed' });
      await Promise.all([User.init(), Chat.init(), Message.init()]);
      return listen(http);
    case 'pairs':
      return Promise.all(Array.from({ length: request.count }, makePair));
    case 'cpu':
      return process.cpuUsage();
  }
});

async function makePair() {
  const [sender, receiver] = await Promise.all([makeUser(), makeUser()]);
  const chat = await Chat.create({ participants: [sender._id, receiver._id] });
  return { chatId: String(chat._id), senderToken: String(sender._id), receiverToken: String(receiver._id) };
}

function makeUser() {
  const name = crypto.randomUUID();
  return User.create({
    clerkId: name,
    name,
    email: `${name}@example.com`,
    avatar: 'https://img.example.com/a.png',
  });
}
