import type { Session } from '../api/session.ts';
import { isRecord } from '../api/outcome.ts';

/** A value to choose for a field, by what a person calls it. */
export type Pick = { readonly id: string; readonly label: string };

export type Picks = {
  readonly people: readonly Pick[];
  readonly chats: readonly (Pick & { readonly lastSeq: number })[];
};

export const noPicks: Picks = { people: [], chats: [] };

/** The people and chats this session knows. */
export async function loadPicks(session: Session): Promise<Picks> {
  const [people, chats] = await Promise.all([
    session.call({ path: 'user.list', kind: 'query', input: {}, transport: 'http' }),
    session.call({ path: 'chat.list', kind: 'query', input: {}, transport: 'http' }),
  ]);
  return {
    people: rowsOf(people.result, 'users').map((user) => ({
      id: String(user['id']),
      label: String(user['name']),
    })),
    chats: rowsOf(chats.result, 'chats').map(toChatPick),
  };
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
