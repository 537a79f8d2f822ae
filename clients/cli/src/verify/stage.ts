import type { WhisperApi } from '@whisper/client/node';
import { whoComes, whoGoes, type ChatId, type Message, type User, type UserId } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { createHttpApi } from './actors/http-api.ts';
import type { StoredMessage } from './evidence.ts';
import { stateOf } from './message-state.ts';

export type StageChat = {
  readonly id: ChatId;
  readonly isGroup: boolean;
  /** Those who talk in it; in a group only while they are in it. */
  readonly people: readonly string[];
  /** Somebody who is in it all the time. */
  readonly reader: string;
  /** The place of its newest message when the run began. */
  readonly startSeq: number;
};

export type Stage = {
  readonly people: readonly string[];
  /** Who owns the group and is in it all the time. */
  readonly keeper: string;
  readonly userIds: ReadonlyMap<string, UserId>;
  readonly chats: readonly StageChat[];
};

/** Three people of this run's own, each in a chat with each other, and all in a group that somebody else keeps. */
export async function setStage(url: string, seed: number): Promise<Stage> {
  const people = ['ada', 'ben', 'cleo'].map((name) => `${name} ${seed}`);
  const keeper = `olga ${seed}`;
  const userIds = new Map<string, UserId>();
  for (const person of [...people, keeper]) {
    userIds.set(person, (await createHttpApi(url, person).auth.me.query()).id);
  }
  const chats: StageChat[] = [];
  for (const [index, one] of people.entries()) {
    const other = people[(index + 1) % people.length] ?? one;
    const userId = idOf(userIds, other);
    const { id, lastSeq: startSeq } = await createHttpApi(url, one).chat.openDirect.mutate({ userId });
    chats.push({ id, isGroup: false, people: [one, other], reader: one, startSeq });
  }
  const { chat } = createHttpApi(url, keeper);
  const { id: chatId } = await chat.createGroup.mutate({
    name: 'All',
    memberIds: [],
    clientId: randomUUID(),
  });
  // What somebody is shown begins where they come, or come back, so that it can be told what they may have seen.
  await chat.update.mutate({ chatId, historyVisible: false });
  const memberIds = people.map((person) => idOf(userIds, person));
  const { lastSeq: startSeq } = await chat.addMembers.mutate({ chatId, userIds: memberIds });
  chats.push({ id: chatId, isGroup: true, people, reader: keeper, startSeq });
  return { people, keeper, userIds, chats };
}

export function idOf(userIds: Stage['userIds'], person: string): UserId {
  const id = userIds.get(person);
  if (!id) throw new Error(`${person} is not on the stage`);
  return id;
}

/** Everything the database holds of the stage's chats, each in the order of its messages. */
export async function readStored(url: string, { chats, userIds }: Stage): Promise<StoredMessage[]> {
  const logs = await Promise.all(chats.map(({ id, reader }) => readLog(createHttpApi(url, reader), id)));
  const names = new Map([...userIds].map(([name, id]) => [id, name]));
  const nameOf = ({ id }: User) => names.get(id) ?? id;
  return logs.flatMap((log) =>
    log
      .sort((a, b) => a.seq - b.seq)
      .map((message) => {
        const { id, chatId, seq, rev, clientId } = message;
        const comes = whoComes(message).map(nameOf);
        const goes = whoGoes(message).map(nameOf);
        return { id, chatId, seq, rev, clientId, state: stateOf(message), comes, goes };
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
