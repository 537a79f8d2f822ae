import { setTimeout as sleep } from 'node:timers/promises';
import { isCancel, select } from '@clack/prompts';
import type { WhisperClient } from '@whisper/client/node';
import { demoPeople, type User } from '@whisper/shared';
import { chatCommand } from './chat-command.ts';
import { printable } from './printable.ts';

const askAgainMs = 1_000;

export const notWithOneself = 'One cannot chat with oneself. Name somebody else.';

/** Whether two names sign in as the same person. */
export function isSamePerson(one: string, other: string): boolean {
  const [first, second] = [one, other].map((name) => name.trim().normalize('NFC').toLowerCase());
  return first === second;
}

/** Where one looks for people, and how one hears about it. */
export type Search = {
  readonly client: WhisperClient;
  readonly url: string;
  readonly note: (text: string) => void;
};

/** Everybody else, those online first. */
export async function listPeople(client: WhisperClient): Promise<readonly User[]> {
  const { users } = await client.api.user.list.query({});
  const { online } = client.store.getSnapshot();
  return [...users].sort((a, b) => Number(online.has(b.id)) - Number(online.has(a.id)));
}

/** The person of that name, waiting for them when they have never been here. Rejects for one's own name. */
export async function findPerson({ client, url, note }: Search, name: string): Promise<User> {
  if (isSamePerson(name, client.store.getSnapshot().me?.name ?? '')) throw new Error(notWithOneself);
  const find = async () => {
    const { users } = await client.api.user.list.query({ query: name });
    return users.find((user) => isSamePerson(user.name, name));
  };
  return waitFor(find, () => {
    note(`* ${name} has not been here yet. Waiting for them to sign in …`);
    note(`* In another terminal: ${chatCommand({ as: name, url })}`);
  });
}

/** Asks in the terminal; undefined when the person would rather leave. */
export async function pickPerson({ client, url, note }: Search): Promise<User | undefined> {
  const find = async () => {
    const people = await listPeople(client);
    return people.length > 0 ? people : undefined;
  };
  const people = await waitFor(find, () => {
    const me = client.store.getSnapshot().me?.name ?? '';
    const other = demoPeople.find((name) => !isSamePerson(name, me)) ?? 'bob';
    note(`* Nobody else is here yet. In another terminal: ${chatCommand({ as: other, url })}`);
  });
  const { online } = client.store.getSnapshot();
  const picked = await select({
    message: 'Whom do you want to talk to?',
    options: people.map((user) => ({
      value: user,
      label: printable(user.name),
      ...(online.has(user.id) && { hint: 'online' }),
    })),
    maxItems: 12,
  });
  return isCancel(picked) ? undefined : picked;
}

async function waitFor<T>(find: () => Promise<T | undefined>, onMiss: () => void): Promise<T> {
  for (let misses = 0; ; misses += 1) {
    const found = await find();
    if (found !== undefined) return found;
    if (misses === 0) onMiss();
    await sleep(askAgainMs);
  }
}
