import { receiptOf, type WhisperClient } from '@whisper/client/node';
import {
  wordsOf,
  type Chat,
  type DirectChat,
  type GroupChat,
  type Message,
  type User,
} from '@whisper/shared';
import { myLastStored } from './change-last.ts';
import { excerptOf } from './describe-change.ts';

/** People named in one line. */
const namesMax = 10;

/** Who I am, who is in the chat, and who has read my last message in it; a line each. */
export async function describeWho(client: WhisperClient, chat: Chat): Promise<string[]> {
  const { me, connection, isSynced } = client.store.getSnapshot();
  const self = `* You are ${me?.name} (${connection.status}),`;
  const last = myLastStored(client.store, chat);
  if (chat.kind === 'direct') {
    const { name, id } = chat.participant;
    return [
      `${self} talking to ${name}${isSynced ? ` (${stateOf(client, id)})` : ''}`,
      ...(last ? [`* Your last message, ${quote(last)}, ${describeReceipt(chat, last)}`] : []),
    ];
  }
  const place = `${self} in ${chat.name}: ${chat.memberCount} people`;
  if (!isSynced) return [place, '* Who they are the server says when it is back'];
  const [members, readers] = await Promise.all([
    listMembers(client, chat),
    last ? listReaders(client, last) : [],
  ]);
  return [place, ...members, ...readers];
}

function describeReceipt(chat: DirectChat, message: Message): string {
  const { name } = chat.participant;
  const receipt = receiptOf(chat, message);
  switch (receipt) {
    case 'sent':
      return `is sent and has not reached ${name} yet`;
    case 'delivered':
      return `has reached ${name}, who has not read it yet`;
    case 'read':
      return `was read by ${name}`;
  }
  return receipt satisfies never;
}

async function listMembers(client: WhisperClient, { id, memberCount }: GroupChat): Promise<string[]> {
  const { members } = await client.api.chat.members.query({ chatId: id });
  const more = memberCount - members.length;
  const lines = members.map(({ user, role }) => {
    const dot = stateOf(client, user.id) === 'online' ? '●' : '○';
    return `* ${dot} ${user.name}${role === 'member' ? '' : `, ${role}`}`;
  });
  return [...lines, ...(more > 0 ? [`* … and ${more} more`] : [])];
}

async function listReaders({ api }: WhisperClient, message: Message): Promise<string[]> {
  const { chatId, seq } = message;
  const { readBy, deliveredTo } = await api.chat.readers.query({ chatId, seq });
  const came = [
    ...(readBy.length > 0 ? [`was read by ${namesOf(readBy)}`] : []),
    ...(deliveredTo.length > 0 ? [`has reached ${namesOf(deliveredTo)}`] : []),
  ];
  return [`* Your last message, ${quote(message)}, ${came.join(' and ') || 'has reached nobody yet'}`];
}

/** I am here while I ask. */
function stateOf({ store }: WhisperClient, userId: User['id']): 'online' | 'offline' {
  const { online, me } = store.getSnapshot();
  return online.has(userId) || userId === me?.id ? 'online' : 'offline';
}

function quote(message: Message): string {
  return `“${excerptOf(wordsOf(message))}”`;
}

function namesOf(people: readonly User[]): string {
  const names = people.slice(0, namesMax).map(({ name }) => name);
  const more = people.length - names.length;
  return [...names, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
