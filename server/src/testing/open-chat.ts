import type { Chat } from '@whisper/shared';
import type { TestServer } from './start-test-server.ts';
import type { TestClient } from './test-client.ts';

type OpenedChat = { readonly alice: TestClient; readonly bob: TestClient; readonly chat: Chat };

/** Two people who are signed in, and the direct chat between them as the first one sees it. */
export async function openChat(server: TestServer, first = 'alice', second = 'bob'): Promise<OpenedChat> {
  const [alice, bob] = await Promise.all([server.signIn(first), server.signIn(second)]);
  return { alice, bob, chat: await alice.api.chat.openDirect.mutate({ userId: bob.me.id }) };
}
