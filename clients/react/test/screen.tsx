import { createWhisperClient, devTokens, type WhisperClient } from '@whisper/client';
import {
  useChat,
  useChats,
  useConnection,
  usePresence,
  useStore,
  useTyping,
  useWhisperClient,
  WhisperProvider,
} from '../src/index.ts';
import { faceOf, type Chat, type ChatId } from '@whisper/shared';
import { useEffect, useState } from 'react';

export type Shown = {
  /** Who is signed in; `nobody` has no token. */
  readonly person: string | null;
  readonly chatIds: readonly ChatId[];
};

/** How often each part was rendered, who was whom, and how many clients were made. */
export const seen = { renders: new Map<string, number>(), meetings: new Set<string>(), clients: 0 };

function countRender(part: string): void {
  seen.renders.set(part, (seen.renders.get(part) ?? 0) + 1);
}

function connect(person: string): WhisperClient {
  seen.clients += 1;
  const getToken = person === 'nobody' ? async () => null : devTokens(location.origin, person);
  return createWhisperClient({ url: location.origin, getToken, random: () => 0.02 });
}

/** An app as one would write it with the hooks, in every part of which something can be read. */
export function Screen({ person, chatIds }: Shown) {
  const { client, renew } = useWhisperClient(person, connect);
  return (
    <WhisperProvider client={client}>
      <Health person={person} renew={renew} />
      <List />
      {chatIds.map((chatId) => (
        <Conversation key={chatId} chatId={chatId} />
      ))}
    </WhisperProvider>
  );
}

type HealthProps = { readonly person: string | null; readonly renew: () => void };

function Health({ person, renew }: HealthProps) {
  const connection = useConnection();
  const me = useStore((snapshot) => snapshot.me);
  if (me) seen.meetings.add(`${person} is ${me.name}`);
  return (
    <header>
      <p id="connection">
        {connection.status === 'refused' ? `refused: ${connection.message}` : connection.status}
        {connection.isLost && ', lost'}
      </p>
      <p id="me">{me?.name ?? 'not known'}</p>
      <button type="button" onClick={renew}>
        Again
      </button>
    </header>
  );
}

function List() {
  countRender('list');
  const { chats, isSynced } = useChats();
  return (
    <ul data-synced={isSynced}>
      {chats.map((chat) => (
        <Line key={chat.id} chat={chat} />
      ))}
    </ul>
  );
}

function Line({ chat }: { readonly chat: Chat }) {
  const { id, name } = faceOf(chat);
  return <li>{`${name} is ${usePresence(id)}: ${chat.lastMessage?.text ?? 'nothing yet'}`}</li>;
}

function Conversation({ chatId }: { readonly chatId: ChatId }) {
  countRender(chatId);
  const { view, rows, send, markRead, chat } = useChat(chatId);
  const { typing, setTyping } = useTyping(chatId);
  const [text, setText] = useState('');
  const unread = chat?.unread ?? 0;
  useEffect(() => {
    if (unread > 0) markRead();
  }, [unread, markRead]);
  const write = (written: string) => {
    setText(written);
    setTyping(written !== '');
  };
  return (
    <section id={`chat-${chatId}`}>
      <h1>{view.status === 'failed' ? `failed: ${view.failure.message}` : view.status}</h1>
      <ol>
        {rows.map((row) =>
          row.state === 'sent' ? (
            <li key={row.message.clientId}>{`${row.message.sender.name}: ${row.message.text}`}</li>
          ) : (
            <li key={row.draft.clientId}>{`${row.state}: ${row.draft.text}`}</li>
          ),
        )}
      </ol>
      <p className="typing">{typing.length > 0 && `${typing.length} typing`}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (send(text)) setText('');
        }}
      >
        <input aria-label="Message" value={text} onChange={(event) => write(event.target.value)} />
      </form>
    </section>
  );
}
