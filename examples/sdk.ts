// Two people talk through the SDK: it queues, retries, renews tokens and repairs gaps by itself.
import { createWhisperClient, devTokens, messagesOf, type WhisperClient } from '@whisper/client/node';

const url = 'http://127.0.0.1:3000';

using carol = createWhisperClient({ url, getToken: devTokens(url, 'carol') });
using dave = createWhisperClient({ url, getToken: devTokens(url, 'dave') });

const { id: daveId } = await dave.api.auth.me.query();
const chat = await carol.store.openDirect(daveId);
carol.store.send(chat.id, 'hello');

await hears(dave, 'hello');
dave.store.send(chat.id, 'hello to you');
await hears(carol, 'hello to you');

for (const { sender, text } of messagesOf(carol.store.getSnapshot().open.get(chat.id))) {
  console.log(`${sender.name}: ${text}`);
}

/** Resolves when the newest message of the chat is this one, whichever way it came. */
function hears(person: WhisperClient, text: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      const { chats } = person.store.getSnapshot();
      if (chats?.find(({ id }) => id === chat.id)?.lastMessage?.text !== text) return;
      stop();
      resolve();
    };
    const stop = person.store.subscribe(look);
    look();
  });
}
