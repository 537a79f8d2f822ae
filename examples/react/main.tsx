// A chat in the browser: open it in two tabs, sign in as two people, and talk. Everything is live, in every tab.
import { createWhisperClient, devTokens, type ChatRow } from '@whisper/client';
import {
  useChat,
  useChats,
  useClient,
  useConnection,
  usePresence,
  useTyping,
  useWhisperClient,
  WhisperProvider,
  type Chats,
} from '@whisper/react';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

// Vite passes on what is asked of the server, so that it and this page have one address.
const url = location.origin;
const connect = (name: string) => createWhisperClient({ url, getToken: devTokens(url, name) });

type Chat = Chats['chats'][number];

function App() {
  const [name, setName] = useState<string | null>(null);
  const { client } = useWhisperClient(name, connect);
  if (name === null) return <Field label="Sign in as" onEnter={setName} />;
  return (
    <WhisperProvider client={client}>
      <Messenger />
    </WhisperProvider>
  );
}

function Messenger() {
  const client = useClient();
  const { chats } = useChats();
  const { isLost } = useConnection();
  const [chatId, setChatId] = useState<Chat['id']>();
  const writeTo = async (name: string) => {
    const { users } = (await client?.api.user.list.query({ query: name })) ?? { users: [] };
    const chat = users[0] && (await client?.store.openDirect(users[0].id));
    if (chat) setChatId(chat.id);
  };
  return (
    <>
      {isLost && <p>No connection. What you write is sent when there is one.</p>}
      <Field label="Write to" onEnter={(name) => void writeTo(name)} />
      <ul>
        {chats.map((chat) => (
          <li key={chat.id}>
            <button type="button" onClick={() => setChatId(chat.id)}>
              {nameOf(chat)} {chat.unread > 0 && `(${chat.unread} new)`}
            </button>
          </li>
        ))}
      </ul>
      {chatId && <Conversation key={chatId} chatId={chatId} />}
    </>
  );
}

function Conversation({ chatId }: { readonly chatId: Chat['id'] }) {
  const { chat, view, rows, send, markRead } = useChat(chatId);
  const { typing, setTyping } = useTyping(chatId);
  const presence = usePresence(chat?.kind === 'direct' ? chat.participant.id : null);
  const unread = chat?.unread ?? 0;
  useEffect(() => {
    if (unread > 0) markRead();
  }, [unread, markRead]);
  if (view.status === 'failed') return <p>{view.failure.message}</p>;
  return (
    <section>
      <h1>
        {chat && nameOf(chat)} {presence === 'online' && '(here)'}
      </h1>
      {rows.map((row) => (
        <Line key={row.state === 'sent' ? row.message.clientId : row.draft.clientId} row={row} />
      ))}
      {typing.length > 0 && <p>is typing…</p>}
      <Field label="Message" onEnter={send} onChange={(text) => setTyping(text !== '')} />
    </section>
  );
}

function Line({ row }: { readonly row: ChatRow }) {
  if (row.state === 'sent') return <p>{`${row.message.sender.name}: ${row.message.text}`}</p>;
  return <p>{`${row.draft.text} (${row.state})`}</p>;
}

type FieldProps = {
  readonly label: string;
  readonly onEnter: (text: string) => void;
  readonly onChange?: (text: string) => void;
};

function Field({ label, onEnter, onChange }: FieldProps) {
  const [text, setText] = useState('');
  const change = (value: string) => {
    setText(value);
    onChange?.(value);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onEnter(text);
        setText('');
      }}
    >
      <label>
        {label} <input value={text} onChange={(event) => change(event.target.value)} />
      </label>
    </form>
  );
}

function nameOf(chat: Chat): string {
  return chat.kind === 'direct' ? chat.participant.name : chat.name;
}

const root = document.querySelector('#root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
