import type { WhisperApi } from '@whisper/client/node';
import type { ChatId, Message } from '@whisper/shared';
import { createHttpApi } from './actors/http-api.ts';
import type { StoredMessage } from './audit.ts';
import { stateOf } from './message-state.ts';

export type Stage = {
  /** The people's names, and the chat of each two of them that talk. */
  readonly people: readonly string[];
  readonly chats: readonly { readonly id: ChatId; readonly people: readonly [string, string] }[];
};

/** Three people of this run's own, each in a chat with each other. */
export async function setStage(url: string, seed: number): Promise<Stage> {
  const [ada, ben, cleo] = ['ada', 'ben', 'cleo'].map((name) => `${name} ${seed}`) as [
    string,
    string,
    string,
  ];
  const pairs = [
    [ada, ben],
    [ben, cleo],
    [cleo, ada],
  ] as const;
  const chats = [];
  for (const [one, other] of pairs) {
    const { id: userId } = await createHttpApi(url, other).auth.me.query();
    const { id } = await createHttpApi(url, one).chat.openDirect.mutate({ userId });
    chats.push({ id, people: [one, other] as const });
  }
  return { people: [ada, ben, cleo], chats };
}

/** Everything the database holds of the stage's chats, each in the order of its messages. */
export async function readStored(url: string, { chats }: Stage): Promise<StoredMessage[]> {
  const logs = await Promise.all(
    chats.map(({ id, people: [reader] }) => readLog(createHttpApi(url, reader), id)),
  );
  return logs.flatMap((log) =>
    log
      .sort((a, b) => a.seq - b.seq)
      .map((message) => {
        const { id, chatId, seq, clientId } = message;
        return { id, chatId, seq, clientId, state: stateOf(message) };
      }),
  );
}

async function readLog(api: WhisperApi, chatId: ChatId): Promise<Message[]> {
  const messages: Message[] = [];
  for (let hasMore = true; hasMore; ) {
    const page = await api.message.changes.query({ chatId, afterRev: messages.at(-1)?.rev ?? 0 });
    messages.push(...page.messages);
    hasMore = page.hasMore;
  }
  return messages;
}
