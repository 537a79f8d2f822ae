import { join } from 'node:path';
import {
  createWhisperClient,
  devTokens,
  fileStorage,
  NoTokenError,
  type CacheOptions,
} from '@whisper/client/node';
import { findPerson, pickPerson, type Search } from './choose-person.ts';
import { Conversation } from './conversation.ts';
import { watchConnection } from './notices.ts';
import type { ChatOptions } from './options.ts';
import { Terminal } from './terminal.ts';

/** Signs in, chooses somebody to talk to and talks until the person leaves. Rejects when the server refuses. */
export async function runChat(options: ChatOptions): Promise<void> {
  const { url, as } = options;
  const tokens = new Tokens(devTokens(url, as));
  using client = createWhisperClient({
    url,
    getToken: tokens.get,
    storage: fileStorage(options.state),
    cache: cacheOf(options),
  });
  using terminal = new Terminal(process.stdin, process.stdout);
  try {
    await talk({ client, url, note: (text) => terminal.note(text) }, { options, terminal });
  } catch (error) {
    // What the server refused first is why everything after it failed.
    const connection = client.connection.getSnapshot();
    if (connection.status !== 'refused') throw error;
    throw tokens.refusal ?? new Error(`${url}: ${connection.message}`);
  }
}

/** Each person has their own, because several may talk at once on one machine. */
function cacheOf({ state, as }: ChatOptions): CacheOptions {
  const name = Buffer.from(as).toString('base64url');
  return { storage: fileStorage(join(state, 'people', name)), account: as };
}

type Talk = { readonly options: ChatOptions; readonly terminal: Terminal };

async function talk(search: Search, { options, terminal }: Talk): Promise<void> {
  await signIn(search);
  const person = options.with ? await findPerson(search, options.with) : await pickPerson(search);
  if (!person) return;
  using conversation = new Conversation(search, terminal);
  await conversation.start(person);
  await conversation.ended;
  const connection = search.client.connection.getSnapshot();
  if (connection.status === 'refused') throw new Error(connection.message);
}

async function signIn(search: Search): Promise<void> {
  const stop = watchConnection(search);
  try {
    const { me } = await search.client.store.when((snapshot) => snapshot.isSynced);
    search.note(`Signed in as ${me?.name} at ${search.url}`);
  } finally {
    stop();
  }
}

/** A server that answers and gives no token will not give one the next time either: that ends the client. */
class Tokens {
  readonly #ask: () => Promise<string>;
  refusal: NoTokenError | undefined;

  constructor(ask: () => Promise<string>) {
    this.#ask = ask;
  }

  readonly get = async (): Promise<string | null> => {
    try {
      return await this.#ask();
    } catch (error) {
      if (!(error instanceof NoTokenError) || error.isRetryable) throw error;
      this.refusal = error;
      return null;
    }
  };
}
