import type { UserId } from '@whisper/shared';
import { chatNotFound } from '../../chats/require-participant.ts';
import type { AppError } from '../../platform/errors.ts';
import { messageNotFound } from './change-message.ts';
import type { ChatPeople } from './chat-people.ts';
import type { Append, Change } from './entries.ts';

/** Those who may write what they want to, and those who are not to see it. */
type Admitted<E> = { readonly admitted: readonly E[]; readonly ignoring: readonly UserId[] };

/** The messages whose senders may write here now; the others hear why not. */
export async function admitAppends(
  people: ChatPeople,
  appends: readonly Append[],
  now: number,
): Promise<readonly Append[]> {
  const rule = { personOf: ({ draft }: Append) => draft.sender.id, refusal: chatNotFound };
  const { admitted } = await admit(people, appends, rule);
  const sent = new Set<UserId>();
  const allowed: Append[] = [];
  for (const append of admitted) {
    const { sender, clientId } = append.draft;
    const justSentAt = sent.has(sender.id) ? now : undefined;
    try {
      await people.requireMaySend({ userId: sender.id, clientId, now, justSentAt });
      sent.add(sender.id);
      allowed.push(append);
    } catch (error) {
      append.reject(error);
    }
  }
  return allowed;
}

/** The same for changes of a message. */
export function admitChanges(people: ChatPeople, changes: readonly Change[]): Promise<Admitted<Change>> {
  return admit(people, changes, { personOf: ({ by }) => by, refusal: messageNotFound });
}

/** Somebody whom another process brought in may be unknown here until the log is read. */
async function requireKnown(people: ChatPeople, person: UserId, refusal: () => AppError): Promise<void> {
  await people.refresh();
  if (!people.has(person)) throw refusal();
}

type Rule<E> = { readonly personOf: (entry: E) => UserId | 'nobody'; readonly refusal: () => AppError };

async function admit<E extends Append | Change>(
  people: ChatPeople,
  entries: readonly E[],
  { personOf, refusal }: Rule<E>,
): Promise<Admitted<E>> {
  const admitted: E[] = [];
  let ignoring: readonly UserId[] = [];
  // Entries that are written together are decided on together: whoever wrote many of them is asked about once.
  const asked = new Map<UserId, Promise<readonly UserId[]>>();
  const findIgnoring = (person: UserId) => {
    const known = asked.get(person) ?? people.findIgnoring(person);
    asked.set(person, known);
    return known;
  };
  for (const entry of entries) {
    const person = personOf(entry);
    try {
      if (person !== 'nobody' && !people.has(person)) await requireKnown(people, person, refusal);
      // Where anybody is ignored there are two people, and the other one may do nothing.
      if (person !== 'nobody') ignoring = await findIgnoring(person);
      admitted.push(entry);
    } catch (error) {
      entry.reject(error);
    }
  }
  return { admitted, ignoring };
}
