import { isRecord } from '../api/outcome.ts';
import { Session } from '../api/session.ts';

/** A value to choose for a field, by what a person calls it. */
export type Pick = { readonly id: string; readonly label: string };

const messagesMax = 20;
const labelLengthMax = 40;

export type Picks = {
  readonly people: readonly Pick[];
  readonly chats: readonly (Pick & { readonly lastSeq: number })[];
  /** The newest messages of the newest chat, newest first, less what was deleted. */
  readonly messages: readonly (Pick & { readonly isMine: boolean })[];
};

export const noPicks: Picks = { people: [], chats: [], messages: [] };

/** The people, chats and messages this session knows. On a fresh server the demo people are introduced first. */
export async function loadPicks(session: Session, me: string, demoPeople: readonly string[]): Promise<Picks> {
  const [people, chats] = await Promise.all([
    loadPeople(session),
    session.call({ ...list, path: 'chat.list' }),
  ]);
  const known = new Set([me, ...people.map(({ label }) => label)].map((name) => name.toLowerCase()));
  const strangers = demoPeople.filter((name) => !known.has(name));
  await Promise.all(strangers.map(introduce));
  const chatPicks = rowsOf(chats.result, 'chats').map(toChatPick);
  return {
    people: strangers.length > 0 ? await loadPeople(session) : people,
    chats: chatPicks,
    messages: await loadMessages(session, me, chatPicks[0]),
  };
}

async function loadMessages(
  session: Session,
  me: string,
  chat: Pick | undefined,
): Promise<Picks['messages']> {
  if (!chat) return [];
  const input = { chatId: chat.id, limit: messagesMax };
  const { result } = await session.call({ ...list, path: 'message.list', input });
  const stored = rowsOf(result, 'messages').filter(({ deletedAt }) => deletedAt === null);
  return stored.reverse().map(({ id, text, sender }) => ({
    id: String(id),
    label: String(text).slice(0, labelLengthMax),
    isMine: isRecord(sender) && String(sender['name']).toLowerCase() === me.toLowerCase(),
  }));
}

const list = { kind: 'query', input: {}, transport: 'http' } as const;

async function loadPeople(session: Session): Promise<readonly Pick[]> {
  const { result } = await session.call({ ...list, path: 'user.list' });
  return rowsOf(result, 'users').map((user) => ({ id: String(user['id']), label: String(user['name']) }));
}

/** The server makes a person's account on their first call. */
async function introduce(name: string): Promise<void> {
  const session = new Session({ kind: 'name', name });
  await session.call({ path: 'auth.me', kind: 'query', input: undefined, transport: 'http' });
  session.close();
}

function rowsOf(result: { ok: boolean; data?: unknown }, key: string): Record<string, unknown>[] {
  const rows = result.ok && isRecord(result.data) ? result.data[key] : [];
  return Array.isArray(rows) ? rows.filter(isRecord) : [];
}

function toChatPick({ id, name, participant, lastMessage }: Record<string, unknown>): Picks['chats'][number] {
  const label = isRecord(participant) ? String(participant['name']) : String(name);
  const last = isRecord(lastMessage) ? Number(lastMessage['seq']) : 0;
  return { id: String(id), label, lastSeq: last };
}

/** Starting values for fields that name a person, a chat, a message or a place; `partner` is preferred. */
export function hintsFrom(
  { people, chats, messages }: Picks,
  partner: string,
): Readonly<Record<string, unknown>> {
  const isPartner = ({ label }: Pick) => label.toLowerCase() === partner.toLowerCase();
  const person = people.find(isPartner) ?? people[0];
  const chat = chats.find(isPartner) ?? chats[0];
  // Of one's own messages everything may be asked.
  const message = messages.find(({ isMine }) => isMine) ?? messages[0];
  return {
    userId: person?.id ?? '',
    chatId: chat?.id ?? '',
    toChatId: chat?.id ?? '',
    messageId: message?.id ?? '',
    seq: chat?.lastSeq ?? 0,
  };
}
