import type { ChatId } from '@whisper/shared';
import { messagesOf, type ChatStore } from '../../src/index.ts';

/** So many wait to be sent at most: whoever writes sees what the others say meanwhile. */
const waitingMax = 10;

type Talk = {
  readonly chatId: ChatId;
  /** Which of those who write this is. */
  readonly index: number;
  readonly messages: number;
};

/** Sends messages, each followed by an edit of one's own or by a reaction to what somebody else wrote. Resolves when all is sent. */
export async function talk(store: ChatStore, { chatId, index, messages }: Talk): Promise<void> {
  for (let count = 0; count < messages; count += 1) {
    store.send(chatId, `message ${count} of ${index}`);
    const said = messagesOf(store.getSnapshot().open.get(chatId)).filter(({ kind }) => kind === 'text');
    const own = said.filter(({ sender }) => sender.id === store.getSnapshot().me?.id);
    const mine = own[(count * 7) % Math.max(1, own.length)];
    const chosen = said[(count * 31 + index) % Math.max(1, said.length)];
    if (count % 2 === 0 && mine) store.edit(mine, `${mine.text}, edited`);
    if (count % 2 === 1 && chosen) store.react(chosen, index % 2 === 0 ? '👍' : '🎉', true);
    await store.when(({ outbox }) => outbox.length < waitingMax);
  }
  await store.when(({ outbox }) => outbox.length === 0);
}
