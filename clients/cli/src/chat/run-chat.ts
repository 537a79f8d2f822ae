import { join } from 'node:path';
import {
  createWhisperClient,
  devTokens,
  fileStorage,
  folderFiles,
  NoTokenError,
  type CacheOptions,
} from '@whisper/client/node';
import type { Chat } from '@whisper/shared';
import { findDirect, findGroup, findHeld, pickChat, type Search } from './choose-chat.ts';
import { Conversation } from './conversation.ts';
import { whenFreshOrKept } from './fresh-or-kept.ts';
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
    files: folderFiles(join(options.state, 'files')),
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
  const { client } = search;
  const stop = watchConnection(search);
  try {
    await signIn(search);
    const chat = await chooseChat(search, options);
    if (!chat) return;
    using conversation = new Conversation(search, terminal);
    await conversation.start(chat);
    await conversation.ended;
  } finally {
    stop();
  }
  const connection = client.connection.getSnapshot();
  if (connection.status === 'refused') throw new Error(connection.message);
}

/** Without a server one is who one was the last time. */
async function signIn({ client: { store }, url, note }: Search): Promise<void> {
  const fresh = store.when(({ isSynced }) => isSynced);
  await whenFreshOrKept(store, { fresh, isKept: ({ me }) => me !== null });
  const { me, isSynced } = store.getSnapshot();
  if (isSynced) note(`Signed in as ${me?.name} at ${url}`);
  else note(`* Not signed in yet: this is what was kept of ${me?.name}. What you write is sent later.`);
}

/** Whoever is not among the chats that are held must be asked for. */
async function chooseChat(search: Search, options: ChatOptions): Promise<Chat | undefined> {
  const { client } = search;
  const whenSynced = () => client.store.when(({ isSynced }) => isSynced);
  if (options.with !== undefined) {
    const held = findHeld(client, 'direct', options.with);
    if (!held) await whenSynced();
    return held ?? findDirect(search, options.with);
  }
  if (options.group !== undefined) {
    const held = findHeld(client, 'group', options.group);
    if (!held) await whenSynced();
    return held ?? findGroup(search, options.group);
  }
  if (client.store.getSnapshot().chats.length === 0) await whenSynced();
  return pickChat(search);
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
