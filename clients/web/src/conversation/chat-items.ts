import { filesOf, type ChatRow, type receiptOf, type RefusedChange } from '@whisper/client';
import {
  toReply,
  type ClientId,
  type CreateFileInput,
  type Me,
  type Message,
  type Reply,
  type UserId,
} from '@whisper/shared';
import { dayNumberOf } from '../ui/format-time.ts';
import { noticeOf } from './notice.ts';

/** One message as the conversation shows it. */
export type ChatItem = {
  /** The same before and after the server has it, so that nothing flickers. */
  readonly key: string;
  readonly clientId: ClientId;
  /** As the server has it; null until it does. */
  readonly message: Message | null;
  /** What it answers; not known of a message on its way whose original is not held. */
  readonly reply: Reply | null;
  /** How far a message of mine has come. */
  readonly receipt: Receipt | null;
  /** Its place in the chat; null until the server gave it one. */
  readonly seq: number | null;
  readonly text: string;
  /** What a message on its way takes along. */
  readonly files: readonly CreateFileInput[];
  /** What somebody did to the group; null for what somebody said. */
  readonly notice: string | null;
  /** The names of those it mentions, one a line. */
  readonly mentioned: string;
  readonly at: Date;
  readonly state: ChatRow['state'];
  readonly failure: string | null;
  /** A change of it that the server refused. */
  readonly refused: RefusedChange | null;
  readonly isMine: boolean;
  readonly senderId: UserId;
  readonly senderName: string;
  readonly day: number;
  readonly startsDay: boolean;
  /** The first one that was unread when the conversation was opened. */
  readonly startsUnread: boolean;
  /** The first and the last of what one person says in one go. */
  readonly startsGroup: boolean;
  readonly endsGroup: boolean;
};

export type Receipt = ReturnType<typeof receiptOf>;

type SentRow = Extract<ChatRow, { state: 'sent' }>;
type DraftRow = Exclude<ChatRow, { state: 'sent' }>;
type Bare = Omit<ChatItem, 'startsDay' | 'startsUnread' | 'startsGroup' | 'endsGroup'>;

/** A pause longer than this begins a new group. */
const groupPauseMs = 5 * 60_000;

type Options = {
  readonly me: Pick<Me, 'id' | 'name'>;
  readonly receiptOf: (message: Message) => Receipt;
  readonly nameOf: (id: UserId) => string | undefined;
  readonly hasOlder: boolean;
  /** The place from which messages of others are unread; null where all are read. */
  readonly unreadFrom: number | null;
};

/** The rows of a conversation with their days and groups. What an unknown message comes before starts nothing. */
export function toChatItems(rows: readonly ChatRow[], options: Options): ChatItem[] {
  const { hasOlder } = options;
  const bare = rows.map((row) =>
    row.state === 'sent' ? toBare(row, options) : toBareDraft(row, { rows, options }),
  );
  const unreadStart = findUnreadStart(bare, options);
  const isUnreadStart = (item: Bare) => item === unreadStart;
  const isApart = (earlier: Bare, later: Bare) => isUnreadStart(later) || !isOneGo(earlier, later);
  return bare.map((item, index) => {
    const before = bare[index - 1];
    const after = bare[index + 1];
    return {
      ...item,
      startsDay: before ? before.day !== item.day : !hasOlder,
      startsUnread: isUnreadStart(item),
      startsGroup: !before || isApart(before, item),
      endsGroup: !after || isApart(item, after),
    };
  });
}

/** The first of the unread messages, where it is held. */
function findUnreadStart(bare: readonly Bare[], { unreadFrom, hasOlder }: Options): Bare | undefined {
  const oldest = bare[0]?.seq ?? null;
  if (unreadFrom === null || (hasOlder && oldest !== null && oldest > unreadFrom)) return undefined;
  return bare.find((item) => isUnreadAfter(unreadFrom - 1, item));
}

/** Whether it is a message that counts as unread to somebody who has read up to a place. */
export function isUnreadAfter(readSeq: number, { seq, isMine, message }: Bare): boolean {
  return seq !== null && seq > readSeq && !isMine && message?.kind === 'text' && message.deletedAt === null;
}

function toBare(row: SentRow, { me, receiptOf, nameOf }: Options): Bare {
  const { message } = row;
  const { sender, clientId, seq, text, createdAt: at } = message;
  const isMine = sender.id === me.id;
  return {
    key: `${sender.id}:${clientId}`,
    clientId,
    message,
    reply: message.replyTo,
    receipt: isMine && message.kind === 'text' ? receiptOf(message) : null,
    seq,
    text,
    files: [],
    notice: noticeOf(message, me.id),
    mentioned: namesOf(message.mentions, nameOf),
    at,
    day: dayNumberOf(at),
    state: 'sent',
    failure: null,
    refused: row.failure ?? null,
    isMine,
    senderId: sender.id,
    senderName: sender.name,
  };
}

type Around = { readonly rows: readonly ChatRow[]; readonly options: Options };

function toBareDraft({ state, draft }: DraftRow, { rows, options: { me, nameOf } }: Around): Bare {
  const { clientId, text, queuedAt, failure } = draft;
  const at = new Date(queuedAt);
  return {
    key: `${me.id}:${clientId}`,
    clientId,
    message: null,
    reply: findReply(draft, rows),
    receipt: null,
    seq: null,
    text,
    files: filesOf(draft),
    notice: null,
    mentioned: draft.kind === 'send' ? namesOf(draft.mentions, nameOf) : '',
    at,
    day: dayNumberOf(at),
    state,
    failure: failure?.message ?? null,
    refused: null,
    isMine: true,
    senderId: me.id,
    senderName: me.name,
  };
}

function namesOf(ids: readonly UserId[] = [], nameOf: Options['nameOf']): string {
  return ids.flatMap((id) => nameOf(id) ?? []).join('\n');
}

function findReply(draft: DraftRow['draft'], rows: readonly ChatRow[]): Reply | null {
  if (draft.kind !== 'send' || !draft.replyTo) return null;
  const original = rows.find((row) => row.state === 'sent' && row.message.id === draft.replyTo);
  return original?.state === 'sent' ? toReply(original.message) : null;
}

function isOneGo(earlier: Bare, later: Bare): boolean {
  return (
    earlier.notice === null &&
    later.notice === null &&
    earlier.senderId === later.senderId &&
    earlier.day === later.day &&
    later.at.getTime() - earlier.at.getTime() < groupPauseMs
  );
}

/** Whether there is a menu of things to do with it. */
export function isActionable({ message }: ChatItem): boolean {
  return message !== null && message.deletedAt === null && message.kind === 'text';
}
