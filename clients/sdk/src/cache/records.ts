import {
  ChatPageSchema,
  MarkReadInputSchema,
  MeSchema,
  MessagePageSchema,
  WatchChatsInputSchema,
  startLog,
  transformer,
  type Chat,
  type ChatId,
  type ChatLog,
  type Me,
} from '@whisper/shared';
import type { StampsRecord } from './stamps.ts';

/** How far a person has read, as the server does not know yet. */
export type ReadMark = { readonly chatId: ChatId; readonly seq: number };

/** What is shown before any chat is opened. */
export type Home = {
  readonly me: Me;
  readonly chats: readonly Chat[];
  readonly marks: readonly ReadMark[];
  /** What happened to chats besides messages is in what is kept up to here. */
  readonly chatsPosition: string;
};

/** As it is kept: a chat's messages that bear another stamp lack something that is not told again. */
export type KeptHome = Home & { readonly stamps: StampsRecord };

/** Another shape of what is kept takes another number; what has an older one is dropped. */
const version = 2;

const chatsMax = 100;
const messagesMax = 100;

/** `theirs`: of another person or another version. Throws when it cannot be understood. */
type Found<T> = T | 'theirs';

/** The same for what this version keeps of this account alone. */
export function ownerOf(account: string): string {
  return toText(account, {});
}

export function fromHome(account: string, { me, chats, marks, chatsPosition, stamps }: KeptHome): string {
  return toText(account, { me, chats: chats.slice(0, chatsMax), marks, chatsPosition, stamps });
}

export function toHome(account: string, text: string): Found<KeptHome> {
  const fields = fieldsOf(account, text);
  if (fields === 'theirs') return fields;
  const chatsPosition = WatchChatsInputSchema.shape.lastEventId.parse(fields['chatsPosition']);
  if (!chatsPosition) throw new Error('It is at no position');
  return {
    me: MeSchema.parse(fields['me']),
    chats: ChatPageSchema.shape.chats.parse(fields['chats']),
    marks: MarkReadInputSchema.array().parse(fields['marks']),
    chatsPosition,
    stamps: toStamps(fields['stamps']),
  };
}

/** The newest messages of it, which with the position they are at are a page as the server gives it. */
export function fromLog(account: string, { messages, rev, hasOlder }: ChatLog): string {
  const hasMore = hasOlder || messages.length > messagesMax;
  return toText(account, { page: { messages: messages.slice(-messagesMax), hasMore, rev } });
}

export function toLog(account: string, { chatId, text }: Kept): Found<ChatLog> {
  const fields = fieldsOf(account, text);
  return fields === 'theirs' ? fields : startLog(chatId, MessagePageSchema.parse(fields['page']));
}

function toStamps(found: unknown): StampsRecord {
  const { others, ...named } = Object.fromEntries(
    Object.entries(found ?? {}).map(([chatId, stamp]) => [chatId, String(stamp)]),
  );
  if (others === undefined) throw new Error('It has no stamps');
  return { ...named, others };
}

type Kept = { readonly chatId: ChatId; readonly text: string };
type Fields = { readonly [field: string]: unknown };

function toText(account: string, fields: Fields): string {
  return transformer.stringify({ version, account, ...fields });
}

function fieldsOf(account: string, text: string): Found<Fields> {
  const fields: unknown = transformer.parse(text);
  if (typeof fields !== 'object' || fields === null) throw new Error('It is not a record');
  const known: Fields = { ...fields };
  return known['version'] === version && known['account'] === account ? known : 'theirs';
}
