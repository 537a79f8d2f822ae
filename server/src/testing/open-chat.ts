import type { Chat } from '@whisper/shared';
import type { TestServer } from './start-test-server.ts';
import type { TestClient } from './test-client.ts';

/** The two by name, and the direct chat between them as the first one sees it. */
type OpenedChat<Name extends string> = Readonly<Record<Name, TestClient>> & { readonly chat: Chat };

/** Two people who are signed in, each answered under their own name: alice and bob unless others are asked for. */
export function openChat(server: TestServer): Promise<OpenedChat<'alice' | 'bob'>>;
export function openChat<First extends string, Second extends string>(
  server: TestServer,
  first: First,
  second: Second,
): Promise<OpenedChat<First | Second>>;
export async function openChat(
  server: TestServer,
  first = 'alice',
  second = 'bob',
): Promise<{ readonly chat: Chat }> {
  const [one, other] = await Promise.all([server.signIn(first), server.signIn(second)]);
  const chat = await one.api.chat.openDirect.mutate({ userId: other.me.id });
  return { [first]: one, [second]: other, chat };
}
