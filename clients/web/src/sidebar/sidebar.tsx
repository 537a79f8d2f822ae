import { limits, type ChatId } from '@whisper/shared';
import { lazy, Suspense, useState, type KeyboardEvent } from 'react';
import { NewGroupDialog } from '../group/new-group-dialog.tsx';
import { NotificationOffer } from '../layout/notifications.tsx';
import { NotificationSettingsButton } from '../push/notification-settings.tsx';
import { searchFieldId } from '../layout/use-shortcuts.ts';
import { SearchButton } from '../search/search-button.tsx';
import { ProtectButtons } from '../protect/protect-buttons.tsx';
import { useClient, useStore } from '../store/use-client.ts';
import { Avatar } from '../ui/avatar.tsx';
import { DialogButton } from '../ui/dialog-button.tsx';
import { Icon } from '../ui/icon.tsx';
import { isComposing } from '../ui/keyboard.ts';
import { Lists } from './lists.tsx';
import { useRowKeys } from './use-row-keys.ts';

// Few people open it, and few times.
const MyDataDialog = lazy(async () => ({
  default: (await import('../own-data/my-data-dialog.tsx')).MyDataDialog,
}));

type Props = { readonly selected: ChatId | null };

/** My chats, and the people I have no chat with yet. */
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
      <div className="search-row">
        <SearchField value={search} onChange={setSearch} />
        <SearchButton />
        <NewGroupButton />
      </div>
      <div className="rows" ref={rows.ref}>
        {isLoaded ? <Lists search={search} selected={selected} onOpen={() => setSearch('')} /> : <Skeleton />}
      </div>
      <NotificationOffer />
    </nav>
  );
}

/** The signed-in person, what is theirs, and the button to sign out. */
function Me() {
  const { session } = useClient();
  const me = useStore((snapshot) => snapshot.me);
  return (
    <div className="me">
      {me && (
        <>
          <span className="me-name" title={`Signed in as ${me.name}`}>
            {me.name}
          </span>
          <Avatar person={me} />
        </>
      )}
      <NotificationSettingsButton />
      <DialogButton label="My data" icon="myData">
        {(close) => (
          <Suspense>
            <MyDataDialog onClose={close} />
          </Suspense>
        )}
      </DialogButton>
      <ProtectButtons />
      <button
        type="button"
        className="icon-button"
        aria-label="Sign out"
        title="Sign out"
        onClick={session.signOut}
      >
        <Icon name="signOut" />
      </button>
    </div>
  );
}

function NewGroupButton() {
  return (
    <DialogButton label="New group" icon="newGroup">
      {(close) => <NewGroupDialog onClose={close} />}
    </DialogButton>
  );
}

type SearchProps = { readonly value: string; readonly onChange: (value: string) => void };

function SearchField({ value, onChange }: SearchProps) {
  const clear = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || value === '' || isComposing(event.nativeEvent)) return;
    event.preventDefault();
    onChange('');
  };
  return (
    <search className="search">
      <Icon name="search" />
      <input
        id={searchFieldId}
        type="text"
        aria-label="Search chats and people"
        placeholder="Chats and people"
        aria-keyshortcuts="/"
        autoComplete="off"
        maxLength={limits.queryLengthMax}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={clear}
      />
      <kbd aria-hidden="true">/</kbd>
    </search>
  );
}

const rowCount = 5;

/** Placeholders for the rows. The style sheet shows them only after a delay. */
function Skeleton() {
  return (
    <div className="skeleton" role="status" aria-label="Loading your chats">
      {Array.from({ length: rowCount }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  );
}
