import { setTimeout as sleep } from 'node:timers/promises';
import { isCancel, select } from '@clack/prompts';
import type { WhisperClient } from '@whisper/client/node';
import { demoPeople, faceOf, GroupNameSchema, type Chat, type User } from '@whisper/shared';
import { chatCommand } from './chat-command.ts';
import { printable } from './printable.ts';

const askAgainMs = 1_000;

export const notWithOneself = 'One cannot chat with oneself. Name somebody else.';

/** Whether two names are the same: people sign in as the same person with them. */
export function isSameName(one: string, other: string): boolean {
  const [first, second] = [one, other].map((name) => name.trim().normalize('NFC').toLowerCase());
  return first === second;
}

/** Where one looks for chats and people, and how one hears about it. */
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

/** Among the chats that are held, which needs no server. */
export function findHeld({ store }: WhisperClient, kind: Chat['kind'], name: string): Chat | undefined {
  return store.getSnapshot().chats.find((chat) => chat.kind === kind && isSameName(faceOf(chat).name, name));
}

/** The chat with that person, waiting for them when they have never been here. Rejects for one's own name. */
export async function findDirect(search: Search, name: string): Promise<Chat> {
  const { client, url, note } = search;
  if (isSameName(name, client.store.getSnapshot().me?.name ?? '')) throw new Error(notWithOneself);
  const held = findHeld(client, 'direct', name);
  if (held) return held;
  const person = await waitFor(
    () => findPerson(client, name),
    () => {
      note(`* ${name} has not been here yet. Waiting for them to sign in …`);
      note(`* In another terminal: ${chatCommand({ as: name, url })}`);
    },
  );
  return client.store.openDirect(person.id);
}

/** One of my groups; of several with that name the one that was written to last. Rejects when there is none. */
export async function findGroup({ client }: Search, name: string): Promise<Chat> {
  for (;;) {
    const group = findHeld(client, 'group', name);
    if (group) return group;
    if (!client.store.getSnapshot().hasMoreChats) throw new Error(`You are in no group called ${name}`);
    await client.store.loadMoreChats();
  }
}

/** Goes to the group of that name, or makes the one that `NAME: PERSON, PERSON` describes. */
export async function findOrMakeGroup(search: Search, description: string): Promise<Chat> {
  const { client } = search;
  const at = description.lastIndexOf(':');
  if (at < 0 || findHeld(client, 'group', description)) return findGroup(search, description);
  const { data: name, error } = GroupNameSchema.safeParse(description.slice(0, at));
  if (error) throw new Error(`This cannot be the name of a group: ${error.issues[0]?.message}`);
  const me = client.store.getSnapshot().me?.name ?? '';
  const names = description.slice(at + 1).split(',');
  const others = names.map((each) => each.trim()).filter((each) => each !== '' && !isSameName(each, me));
  if (others.length === 0) throw new Error('Say who is in it: /group NAME: PERSON, PERSON');
  const people = await Promise.all(others.map((each) => requirePerson(client, each)));
  return client.store.groups.create({ name, memberIds: people.map(({ id }) => id) });
}

/** Asks in the terminal; undefined when the person would rather leave. */
export async function pickChat({ client, url, note }: Search): Promise<Chat | undefined> {
  const find = async () => {
    const places = await listPlaces(client);
    return places.length > 0 ? places : undefined;
  };
  const places = await waitFor(find, () => {
    const me = client.store.getSnapshot().me?.name ?? '';
    const other = demoPeople.find((name) => !isSameName(name, me)) ?? 'bob';
    note(`* Nobody else is here yet. In another terminal: ${chatCommand({ as: other, url })}`);
  });
  const open = await select({
    message: 'Whom do you want to talk to?',
    options: places.map(({ open: value, name, hint }) => ({
      value,
      label: printable(name),
      ...(hint !== undefined && { hint }),
    })),
    maxItems: 12,
  });
  return isCancel(open) ? undefined : open();
}

type Place = { readonly name: string; readonly hint?: string; readonly open: () => Promise<Chat> };

/** Everybody and my groups; without a server, the chats that are held. */
async function listPlaces(client: WhisperClient): Promise<Place[]> {
  const { chats, online, isSynced } = client.store.getSnapshot();
  const groups = chats.flatMap((chat): Place[] =>
    chat.kind === 'group' ? [{ ...toPlace(chat), name: `${chat.name} (${chat.memberCount} people)` }] : [],
  );
  if (!isSynced) return [...chats.filter(({ kind }) => kind === 'direct').map(toPlace), ...groups];
  const people = (await listPeople(client)).map(
    ({ id, name }): Place => ({
      name,
      ...(online.has(id) && { hint: 'online' }),
      open: () => client.store.openDirect(id),
    }),
  );
  return [...people, ...groups];
}

function toPlace(chat: Chat): Place {
  return { name: faceOf(chat).name, open: async () => chat };
}

async function findPerson({ api }: WhisperClient, name: string): Promise<User | undefined> {
  const { users } = await api.user.list.query({ query: name });
  return users.find((user) => isSameName(user.name, name));
}

async function requirePerson(client: WhisperClient, name: string): Promise<User> {
  const person = await findPerson(client, name);
  if (!person) throw new Error(`${name} has not been here yet`);
  return person;
}

async function waitFor<T>(find: () => Promise<T | undefined>, onMiss: () => void): Promise<T> {
  for (let misses = 0; ; misses += 1) {
    const found = await find();
    if (found !== undefined) return found;
    if (misses === 0) onMiss();
    await sleep(askAgainMs);
  }
}
