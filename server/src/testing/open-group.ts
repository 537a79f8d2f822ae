import type { Chat } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import type { TestServer } from './start-test-server.ts';
import type { TestClient } from './test-client.ts';

/** The people by name, and the group of them as its owner sees it, who is the first one. */
type OpenedGroup = { readonly people: readonly TestClient[]; readonly chat: Chat };

/** A group of people who are signed in. */
export async function openGroup(
  server: TestServer,
  ...names: readonly [string, ...string[]]
): Promise<OpenedGroup> {
  const people = await Promise.all(names.map((name) => server.signIn(name)));
  const [owner, ...others] = people;
  if (!owner) throw new TypeError('A group has an owner');
  const memberIds = others.map(({ me }) => me.id);
  const chat = await owner.api.chat.createGroup.mutate({ name: 'Garden', memberIds, clientId: randomUUID() });
  return { people, chat };
}
