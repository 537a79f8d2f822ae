import { isRecord } from '../api/outcome.ts';
import { Session } from '../api/session.ts';

/** A value to choose for a field, by what a person calls it. */
export type Pick = { readonly id: string; readonly label: string };

export type Picks = {
  readonly people: readonly Pick[];
  readonly chats: readonly (Pick & { readonly lastSeq: number })[];
};

export const noPicks: Picks = { people: [], chats: [] };

/** The people and chats this session knows. On a fresh server the demo people are introduced first. */
export async function loadPicks(session: Session, me: string, demoPeople: readonly string[]): Promise<Picks> {
  const [people, chats] = await Promise.all([
    loadPeople(session),
    session.call({ ...list, path: 'chat.list' }),
  ]);
  const known = new Set([me, ...people.map(({ label }) => label)].map((name) => name.toLowerCase()));
  const strangers = demoPeople.filter((name) => !known.has(name));
  await Promise.all(strangers.map(introduce));
  return {
    people: strangers.length > 0 ? await loadPeople(session) : people,
    chats: rowsOf(chats.result, 'chats').map(toChatPick),
  };
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

function toChatPick({ id, participant, lastMessage }: Record<string, unknown>): Picks['chats'][number] {
  const name = isRecord(participant) ? String(participant['name']) : 'Nobody';
  const last = isRecord(lastMessage) ? Number(lastMessage['seq']) : 0;
  return { id: String(id), label: name, lastSeq: last };
}

/** Starting values for fields that name a person, a chat or a place in it; `partner` is preferred. */
export function hintsFrom({ people, chats }: Picks, partner: string): Readonly<Record<string, unknown>> {
  const isPartner = ({ label }: Pick) => label.toLowerCase() === partner.toLowerCase();
  const person = people.find(isPartner) ?? people[0];
  const chat = chats.find(isPartner) ?? chats[0];
  return { userId: person?.id ?? '', chatId: chat?.id ?? '', seq: chat?.lastSeq ?? 0 };
}
