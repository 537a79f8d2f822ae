import type { ChatId } from '@whisper/shared';
import { useState } from 'react';
import { useStore } from '../store/use-store.ts';
import { ChatList } from './chat-list.tsx';
import { Me } from './me.tsx';
import { PeopleList } from './people-list.tsx';
import { SearchField } from './search-field.tsx';
import { Skeleton } from './skeleton.tsx';
import { useRowKeys } from './use-row-keys.ts';

type Props = { readonly selected: ChatId | null };

/** Everybody one talks to, and everybody one could talk to. */
export function Sidebar({ selected }: Props) {
  const [search, setSearch] = useState('');
  const isLoaded = useStore(({ me }) => me !== null);
  const rows = useRowKeys(selected);

  return (
    <nav className="sidebar" aria-label="Chats and people" onKeyDown={rows.onKeyDown}>
      <header className="sidebar-header">
        <h1 className="wordmark">Whisper</h1>
        <Me />
      </header>
      <SearchField value={search} onChange={setSearch} />
      <div className="rows" ref={rows.ref}>
        {isLoaded ? (
          <>
            <ChatList search={search} selected={selected} />
            <PeopleList search={search} onOpen={() => setSearch('')} />
          </>
        ) : (
          <Skeleton />
        )}
      </div>
    </nav>
  );
}
