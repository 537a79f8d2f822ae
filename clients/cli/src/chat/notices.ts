import type { WhisperClient } from '@whisper/client/node';
import { faceOf, type ChatId } from '@whisper/shared';

type Watch = {
  readonly client: WhisperClient;
  readonly url: string;
  readonly note: (notice: string) => void;
};

/** Says once that the connection is gone and once that it is back. */
export function watchConnection({ client, url, note }: Watch): () => void {
  let isLost = false;
  const check = () => {
    const { status } = client.connection.getSnapshot();
    switch (status) {
      case 'offline':
        if (!isLost) note(`* No connection to the server at ${url}, trying again …`);
        isLost = true;
        return;
      case 'open':
        if (isLost) note('* Connected again');
        isLost = false;
        return;
      // An attempt says nothing yet. The program ends with a refused or closed client and says so itself.
      case 'connecting':
      case 'refused':
      case 'closed':
        return;
    }
    status satisfies never;
  };
  check();
  return client.connection.subscribe(check);
}

/** Says of each group that was not known when the watch began that one is in it; who made it knows. */
export function watchGroups({ client: { store }, note }: Watch): () => void {
  const known = new Set<ChatId>(store.getSnapshot().chats.map(({ id }) => id));
  return store.subscribe(() => {
    for (const chat of store.getSnapshot().chats) {
      if (known.has(chat.id)) continue;
      known.add(chat.id);
      const { name } = faceOf(chat);
      if (chat.kind === 'group' && chat.myRole !== 'owner')
        note(`* You are in the group ${name}: /group ${name} goes there`);
    }
  });
}
