import type { ChatRow } from '@whisper/client';
import type { ClientId, Me } from '@whisper/shared';
import { dayNumberOf } from '../ui/format-time.ts';

/** One message as the conversation shows it. */
export type ChatItem = {
  /** The same before and after the server has it, so that nothing flickers. */
  readonly key: string;
  readonly clientId: ClientId;
  readonly text: string;
  readonly at: Date;
  readonly state: ChatRow['state'];
  readonly failure: string | null;
  readonly isMine: boolean;
  readonly senderName: string;
  readonly day: number;
  readonly startsDay: boolean;
  /** The first and the last of what one person says in one go. */
  readonly startsGroup: boolean;
  readonly endsGroup: boolean;
};

type DraftRow = Exclude<ChatRow, { state: 'sent' }>;
type Bare = Omit<ChatItem, 'startsDay' | 'startsGroup' | 'endsGroup'>;

/** A pause longer than this begins a new group. */
const groupPauseMs = 5 * 60_000;

type Options = { readonly me: Pick<Me, 'id' | 'name'>; readonly hasOlder: boolean };

/** The rows of a conversation with their days and groups. What an unknown message comes before starts no day. */
export function toChatItems(rows: readonly ChatRow[], { me, hasOlder }: Options): ChatItem[] {
  const bare = rows.map((row) => toBare(row, me));
  return bare.map((item, index) => {
    const before = bare[index - 1];
    const after = bare[index + 1];
    return {
      ...item,
      startsDay: before ? before.day !== item.day : !hasOlder,
      startsGroup: !before || !isOneGo(before, item),
      endsGroup: !after || !isOneGo(item, after),
    };
  });
}

function toBare(row: ChatRow, me: Pick<Me, 'id' | 'name'>): Bare {
  if (row.state !== 'sent') return toBareDraft(row, me);
  const { sender, clientId, text, createdAt: at } = row.message;
  return {
    key: `${sender.id}:${clientId}`,
    clientId,
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
