import { join } from 'node:path';
import { createWhisperClient, devTokens, fileStorage, type WhisperClient } from '@whisper/client/node';
import { findPerson, pickPerson } from './choose-person.ts';
import { Conversation } from './conversation.ts';
import { watchConnection } from './notices.ts';
import type { ChatOptions } from './options.ts';
import { Terminal } from './terminal.ts';

/** Signs in, chooses somebody to talk to and talks until the person leaves. Rejects when the server refuses. */
export async function runChat(options: ChatOptions): Promise<void> {
  using client = createWhisperClient({
    url: options.url,
    getToken: devTokens(options.url, options.as),
    storage: fileStorage(join(options.state, 'outbox')),
  });
  await signIn(client, options);
  const person = options.with
    ? await findPerson(client, { name: options.with, note: console.log })
    : await pickPerson(client);
  if (!person) return;

  using terminal = new Terminal(process.stdin, process.stdout);
  using conversation = new Conversation(client, terminal);
  await conversation.start(person);
  await conversation.ended;
  const connection = client.connection.getSnapshot();
  if (connection.status === 'refused') throw new Error(connection.message);
}

async function signIn(client: WhisperClient, { url }: ChatOptions): Promise<void> {
  const stop = watchConnection(client, (notice) => console.log(notice));
  try {
    const { me } = await client.store.when((snapshot) => snapshot.isSynced);
    console.log(`Signed in as ${me?.name} at ${url}`);
  } finally {
    stop();
  }
}
