// Compiled outside the workspace against the packed packages: right calls are right, wrong ones are errors, and what a
// client sees is not `any`, which would make all of it right.
import { createTRPCClient, httpBatchLink } from '@trpc/client';
import {
  createWhisperClient,
  devTokens,
  toFailure,
  type AppRouter,
  type ChatStore,
  type RouterInputs,
  type RouterOutputs,
} from '@whisper/client';
import { createWhisperClient as createNodeClient, fileStorage } from '@whisper/client/node';
import type { AppRouter as ServerRouter } from '@whisper/server';
import { MessageSchema, type Message } from '@whisper/shared';
import superjson from 'superjson';

type IsAny<T> = 0 extends 1 & T ? true : false;
/** Does not compile for `any`. */
function notAny<T>(_is: IsAny<T>, _value?: T): void {}

const url = 'http://127.0.0.1:3000';

// Exported, so that the compiler has to name their types in a declaration.
export const plain = createTRPCClient<AppRouter>({
  links: [httpBatchLink({ url: `${url}/trpc`, transformer: superjson })],
});
export const whisper = createWhisperClient({ url, getToken: devTokens(url, 'alice') });
export const node = createNodeClient({
  url,
  getToken: devTokens(url, 'alice'),
  storage: fileStorage('outbox'),
});

notAny<AppRouter>(false);
notAny<ServerRouter>(false);
notAny<typeof plain>(false);
notAny<typeof whisper>(false);
notAny<typeof node>(false);
notAny<typeof whisper.api.message.send.mutate>(false);
notAny<ChatStore>(false);
notAny<Message>(false);
notAny<RouterInputs['message']['send']>(false);
notAny<RouterOutputs['message']['send']>(false);
notAny<RouterOutputs['message']['send']['sender']>(false);

export async function rightCalls() {
  const me = await plain.auth.me.query();
  const since: Date = me.createdAt;
  const input = { chatId: '', text: 'hello', clientId: crypto.randomUUID() };
  const sent = await whisper.api.message.send.mutate(input);
  const message: Message = MessageSchema.parse(sent);
  plain.message.onNew.subscribe(
    { chatId: message.chatId },
    { onData: ({ data }) => notAny<typeof data.message>(false, data.message) },
  );
  return [since, toFailure(new Error('lost')).code] as const;
}

export async function wrongCalls() {
  // @ts-expect-error a number is no text
  await plain.message.send.mutate({ chatId: '', text: 1, clientId: '' });
  // @ts-expect-error a number is no text, through the SDK as well
  await whisper.api.message.send.mutate({ chatId: '', text: 1, clientId: '' });
  // @ts-expect-error a message has a clientId
  await plain.message.send.mutate({ chatId: '', text: '' });
  // @ts-expect-error there is no such procedure
  await plain.message.burn.mutate({});
  // @ts-expect-error a mutation is no query
  await plain.message.send.query({ chatId: '', text: '', clientId: '' });
  // @ts-expect-error an answer has no such field
  return (await plain.auth.me.query()).password;
}
