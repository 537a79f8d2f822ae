import type { ChatStore, MessageSearch, SearchSnapshot } from '@whisper/client/node';
import { faceOf, type FoundMessage } from '@whisper/shared';

/** Looks through all chats for words; without any it goes on where it was. */
export class Finder {
  readonly #store: ChatStore;
  #search: MessageSearch | undefined;
  #told = 0;

  constructor(store: ChatStore) {
    this.#store = store;
  }

  /** What was found, a line each, the newest first. Throws what to tell the person when that cannot be. */
  async find(query: string): Promise<string[]> {
    if (query !== '') {
      this.#search?.close();
      this.#search = this.#store.search({ query });
      this.#told = 0;
    } else void this.#search?.loadMore();
    if (!this.#search) throw new Error('Say it like this: /find WORDS');
    const { found, status, failure } = await settled(this.#search);
    if (failure) throw new Error(failure.message);
    const lines = found.slice(this.#told).map((each) => this.#describe(each));
    this.#told = found.length;
    if (status === 'paused') return [...lines, '* There may be more: /find goes further back'];
    return lines.length > 0 ? lines : ['* Nothing was found'];
  }

  #describe({ message }: FoundMessage): string {
    const { chatId, createdAt, sender, text, attachments } = message;
    const chat = this.#store.getSnapshot().chats.find(({ id }) => id === chatId);
    const place = chat?.kind === 'group' ? `${chat.name}, ` : chat ? `with ${faceOf(chat).name}, ` : '';
    const files = attachments.map(({ name }) => `[${name}]`);
    const content = [text, ...files].filter((each) => each !== '').join(' ');
    return `* ${createdAt.toLocaleString()}, ${place}${sender.name}: ${content}`;
  }
}

function settled(search: MessageSearch): Promise<SearchSnapshot> {
  return new Promise((resolve) => {
    const check = () => {
      const snapshot = search.getSnapshot();
      if (snapshot.status === 'searching') return;
      unsubscribe();
      resolve(snapshot);
    };
    const unsubscribe = search.subscribe(check);
    check();
  });
}
