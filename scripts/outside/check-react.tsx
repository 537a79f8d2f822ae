// Compiled outside the workspace against the packed packages, with React 18 and 19: what the hooks answer is not `any`, what
// an application exports of them can be declared, and wrong uses are errors.
import { createWhisperClient } from '@whisper/client';
import {
  useChat,
  useChats,
  useConnection,
  usePresence,
  useStore,
  useTyping,
  useWhisperClient,
  WhisperProvider,
  type WhisperProviderProps,
} from '@whisper/react';
import type { ChatId, UserId } from '@whisper/shared';

type IsAny<T> = 0 extends 1 & T ? true : false;
/** Does not compile for `any`. */
function notAny<T>(_is: IsAny<T>, _value?: T): void {}

notAny<ReturnType<typeof useWhisperClient>>(false);
notAny<WhisperProviderProps['client']>(false);
notAny<ReturnType<typeof useChats>['chats'][number]>(false);
notAny<ReturnType<typeof useChat>['rows'][number]>(false);
notAny<ReturnType<typeof useChat>['view']>(false);
notAny<ReturnType<typeof useTyping>['typing'][number]>(false);
notAny<ReturnType<typeof usePresence>>(false);
notAny<ReturnType<typeof useConnection>['status']>(false);

// Exported, so that the compiler has to name its type in a declaration.
export function useEverything(chatId: ChatId, userId: UserId) {
  const me = useStore((snapshot) => snapshot.me);
  const connection = useConnection();
  const why = connection.status === 'refused' ? connection.reason : null;
  const [chats, chat, typing] = [useChats(), useChat(chatId), useTyping(chatId)];
  return { me, why, chats, chat, typing, presence: usePresence(userId) };
}

export function App({ client }: WhisperProviderProps) {
  return <WhisperProvider client={client}>{useEverything.name}</WhisperProvider>;
}

export function useWrongly() {
  // @ts-expect-error a chat has an id of its own kind
  useChat(1);
  // @ts-expect-error a snapshot has no such part
  useStore(({ nothing }) => nothing);
  // @ts-expect-error without a client one says null
  const element = <WhisperProvider>nobody</WhisperProvider>;
  // @ts-expect-error what connects gives a client
  useWhisperClient('alice', () => createWhisperClient);
  return element;
}
