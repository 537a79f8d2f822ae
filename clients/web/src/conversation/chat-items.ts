import type { ChatRow } from '@whisper/client';
import type { ClientId, Me } from '@whisper/shared';
import { dayNumberOf } from '../ui/format-time.ts';

/** One message as the conversation shows it. */
export type ChatItem = {
  /** The same before and after the server has it, so that nothing flickers. */
  readonly key: string;
  readonly clientId: ClientId;
  /** Its place in the chat; null until the server gave it one. */
  readonly seq: number | null;
  readonly text: string;
  readonly at: Date;
  readonly state: ChatRow['state'];
  readonly failure: string | null;
  readonly isMine: boolean;
  readonly senderName: string;
  readonly day: number;
  readonly startsDay: boolean;
  /** The first one that was unread when the conversation was opened. */
  readonly startsUnread: boolean;
  /** The first and the last of what one person says in one go. */
  readonly startsGroup: boolean;
  readonly endsGroup: boolean;
};

type DraftRow = Exclude<ChatRow, { state: 'sent' }>;
type Bare = Omit<ChatItem, 'startsDay' | 'startsUnread' | 'startsGroup' | 'endsGroup'>;

/** A pause longer than this begins a new group. */
const groupPauseMs = 5 * 60_000;

type Options = {
  readonly me: Pick<Me, 'id' | 'name'>;
  readonly hasOlder: boolean;
  /** The place of the first unread message; null without one. */
  readonly unreadFrom: number | null;
};

/** The rows of a conversation with their days and groups. What an unknown message comes before starts nothing. */
export function toChatItems(rows: readonly ChatRow[], { me, hasOlder, unreadFrom }: Options): ChatItem[] {
  const bare = rows.map((row) => toBare(row, me));
  const isUnreadStart = ({ seq }: Bare) => seq !== null && seq === unreadFrom;
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

function toBare(row: ChatRow, me: Pick<Me, 'id' | 'name'>): Bare {
  if (row.state !== 'sent') return toBareDraft(row, me);
  const { sender, clientId, seq, text, createdAt: at } = row.message;
  return {
    key: `${sender.id}:${clientId}`,
    clientId,
    seq,
    text,
    at,
    day: dayNumberOf(at),
    state: 'sent',
    failure: null,
    isMine: sender.id === me.id,
    senderName: sender.name,
  };
}

function toBareDraft({ state, draft }: DraftRow, me: Pick<Me, 'id' | 'name'>): Bare {
  const { clientId, text, queuedAt, failure } = draft;
  const at = new Date(queuedAt);
  return {
    key: `${me.id}:${clientId}`,
    clientId,
    seq: null,
    text,
    at,
    day: dayNumberOf(at),
    state,
    failure: failure?.message ?? null,
    isMine: true,
    senderName: me.name,
  };
}

function isOneGo(earlier: Bare, later: Bare): boolean {
  return (
    earlier.senderName === later.senderName &&
    earlier.isMine === later.isMine &&
    earlier.day === later.day &&
    later.at.getTime() - earlier.at.getTime() < groupPauseMs
  );
}
