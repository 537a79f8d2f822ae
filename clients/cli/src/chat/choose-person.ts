import { setTimeout as sleep } from 'node:timers/promises';
import { isCancel, select } from '@clack/prompts';
import type { WhisperClient } from '@whisper/client/node';
import type { User } from '@whisper/shared';

const askAgainMs = 1_000;

/** Everybody else, those online first. */
export async function listPeople(client: WhisperClient): Promise<readonly User[]> {
  const { users } = await client.api.user.list.query({});
  const { online } = client.store.getSnapshot();
  return [...users].sort((a, b) => Number(online.has(b.id)) - Number(online.has(a.id)));
}

type Wanted = { readonly name: string; readonly note: (text: string) => void };

/** The person of that name, waiting for them when they have never been here. */
export async function findPerson(client: WhisperClient, { name, note }: Wanted): Promise<User> {
  const find = async () => {
    const { users } = await client.api.user.list.query({ query: name });
    return users.find((user) => user.name.toLowerCase() === name.toLowerCase());
  };
  return waitFor(find, () => note(`* ${name} has not been here yet. Waiting for them to sign in …`));
}

/** Asks in the terminal; undefined when the person would rather leave. */
export async function pickPerson(client: WhisperClient): Promise<User | undefined> {
  const find = async () => {
    const people = await listPeople(client);
    return people.length > 0 ? people : undefined;
  };
  const people = await waitFor(find, () =>
    console.log('* Nobody else is here yet. In another terminal: npm run chat -- --as bob'),
  );
  const { online } = client.store.getSnapshot();
  const picked = await select({
    message: 'Whom do you want to talk to?',
    options: people.map((user) => ({
      value: user,
      label: user.name,
      hint: online.has(user.id) ? 'online' : user.email,
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
