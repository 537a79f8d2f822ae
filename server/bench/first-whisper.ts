import mongoose, { Schema } from 'mongoose';

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

/** The store of the first Whisper, which benches are measured against. */
export async function openFirstWhisper(uri: string, dbName: string): Promise<void> {
  await mongoose.connect(uri, { dbName });
  await Promise.all([User.init(), Chat.init(), Message.init()]);
}

/** What it did for every message before it told anybody: find the chat, create, save the chat, populate. */
export async function storeMessage(userId: string, chatId: string, text: string) {
  const chat = await Chat.findOne({ _id: chatId, participants: userId });
  if (!chat) throw new Error('Chat not found');
  const message = await Message.create({ chat: chatId, sender: userId, text });
  chat.lastMessage = message._id;
  chat.lastMessageAt = new Date();
  await chat.save();
  await message.populate('sender', 'name avatar');
  return { message, userIds: chat.participants.map(String) };
}

/** A chat of so many new people. */
export async function makeChat(people: number): Promise<{ chatId: string; userIds: string[] }> {
  const users = await Promise.all(Array.from({ length: people }, makeUser));
  const participants = users.map(({ _id }) => _id);
  const chat = await Chat.create({ participants });
  return { chatId: String(chat._id), userIds: participants.map(String) };
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
