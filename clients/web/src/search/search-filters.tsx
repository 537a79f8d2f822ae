import { ChatIdSchema, faceOf, UserIdSchema, type ChatId, type User } from '@whisper/shared';
import { usePeopleOf } from '../store/use-people-of.ts';
import { useStore } from '../store/use-client.ts';
import { useSearching } from './searching.ts';

type Person = Pick<User, 'id' | 'name'>;

/** In which chat, by whom, whether with a file, and when. */
export function SearchFilters() {
  const { form, setForm } = useSearching();
  const chats = useStore((snapshot) => snapshot.chats);
  const choose = (value: string) => {
    const chatId = ChatIdSchema.safeParse(value).data;
    setForm({ ...form, chatId, senderId: undefined });
  };
  return (
    <div className="search-filters">
      <select
        aria-label="In which chat"
        value={form.chatId ?? ''}
        onChange={({ target }) => choose(target.value)}
      >
        <option value="">In all chats</option>
        {chats.map((chat) => (
          <option key={chat.id} value={chat.id}>
            {faceOf(chat).name}
          </option>
        ))}
      </select>
      {form.chatId === undefined ? <SenderInAll /> : <SenderIn chatId={form.chatId} />}
      <label>
        <input
          type="checkbox"
          checked={form.hasFile}
          onChange={({ target }) => setForm({ ...form, hasFile: target.checked })}
        />
        With a file
      </label>
      <Days />
    </div>
  );
}

function Days() {
  const { form, setForm } = useSearching();
  const { from, until } = form;
  return (
    <>
      <label>
        From
        <input
          type="date"
          max={until || undefined}
          value={from}
          onChange={({ target }) => setForm({ ...form, from: target.value })}
        />
      </label>
      <label>
        Until
        <input
          type="date"
          min={from || undefined}
          value={until}
          onChange={({ target }) => setForm({ ...form, until: target.value })}
        />
      </label>
    </>
  );
}

/** Whom one talks to: of groups people are offered when the group is chosen. */
function SenderInAll() {
  const chats = useStore((snapshot) => snapshot.chats);
  return <SenderField people={chats.filter(({ kind }) => kind === 'direct').map(faceOf)} />;
}

function SenderIn({ chatId }: { readonly chatId: ChatId }) {
  return <SenderField people={usePeopleOf(chatId)} />;
}

function SenderField({ people }: { readonly people: readonly Person[] }) {
  const { form, setForm } = useSearching();
  const me = useStore((snapshot) => snapshot.me);
  const choose = (value: string) => setForm({ ...form, senderId: UserIdSchema.safeParse(value).data });
  return (
    <select
      aria-label="From whom"
      value={form.senderId ?? ''}
      onChange={({ target }) => choose(target.value)}
    >
      <option value="">From anybody</option>
      {me && <option value={me.id}>From me</option>}
      {people.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
