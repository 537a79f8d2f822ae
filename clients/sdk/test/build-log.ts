import { randomBytes } from 'node:crypto';
import {
  ChatIdSchema,
  ClientIdSchema,
  MessageIdSchema,
  neverChanged,
  UserIdSchema,
  type ChatId,
  type ChatLog,
  type Me,
} from '@whisper/shared';

const at = new Date(0);
export const alice: Me = {
  id: UserIdSchema.parse('a'.repeat(24)),
  name: 'Alice',
  email: '',
  avatar: null,
  clerkId: 'alice',
  createdAt: at,
  updatedAt: at,
};

type Size = { readonly messages: number; readonly hasOlder: boolean };

export function buildLog({ messages, hasOlder }: Size): ChatLog {
  const chatId = ChatIdSchema.parse(randomBytes(12).toString('hex'));
  const seqs = Array.from({ length: messages }, (_, index) => index + 1);
  return {
    chatId,
    messages: seqs.map((seq) => buildMessage(chatId, seq)),
    rev: messages,
    hasOlder,
    hasNewer: false,
  };
}

function buildMessage(chatId: ChatId, seq: number) {
  const { id, name, email, avatar } = alice;
  return {
    ...{ ...neverChanged, chatId, seq, rev: seq, text: `${seq}`, createdAt: at, updatedAt: at },
    id: MessageIdSchema.parse(randomBytes(12).toString('hex')),
    sender: { id, name, email, avatar },
    clientId: ClientIdSchema.parse(randomBytes(12).toString('hex')),
  };
}
