import type { ChatRow } from '@whisper/client';
import type { ClientId, Me } from '@whisper/shared';
import { isSameDay } from '../ui/format-time.ts';

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
  readonly startsDay: boolean;
  /** The first and the last of what one person says in one go. */
  readonly startsGroup: boolean;
  readonly endsGroup: boolean;
};

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
      startsDay: before ? !isSameDay(before.at, item.at) : !hasOlder,
      startsGroup: !before || !isOneGo(before, item),
      endsGroup: !after || !isOneGo(item, after),
    };
  });
}

function toBare(row: ChatRow, me: Pick<Me, 'id' | 'name'>): Bare {
  if (row.state === 'sent') {
    const { sender, clientId, text, createdAt } = row.message;
    const isMine = sender.id === me.id;
    const key = `${sender.id}:${clientId}`;
    return {
      key,
      clientId,
      text,
      at: createdAt,
      state: 'sent',
      failure: null,
      isMine,
      senderName: sender.name,
    };
  }
  const { clientId, text, queuedAt, failure } = row.draft;
  return {
    key: `${me.id}:${clientId}`,
    clientId,
    text,
    at: new Date(queuedAt),
    state: row.state,
    failure: failure?.message ?? null,
    isMine: true,
    senderName: me.name,
  };
}

function isOneGo(earlier: Bare, later: Bare): boolean {
  return (
    earlier.senderName === later.senderName &&
    earlier.isMine === later.isMine &&
    isSameDay(earlier.at, later.at) &&
    later.at.getTime() - earlier.at.getTime() < groupPauseMs
  );
}
