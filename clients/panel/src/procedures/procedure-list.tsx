import { useRef, useState, type KeyboardEvent } from 'react';
import { roomOf, type ProcedureDescription } from '../api/description.ts';
import { KindBadge } from '../ui/kind-badge.tsx';

type Props = {
  readonly procedures: readonly ProcedureDescription[];
  readonly shown: readonly string[];
  readonly onChoose: (path: string) => void;
};

/** Every procedure by room. Typing narrows it, the arrow keys walk through it, Enter opens. */
export function ProcedureList({ procedures, shown, onChoose }: Props) {
  const [query, setQuery] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const found = procedures.filter((each) => isFound(each, query));
  const rooms = [...new Set(found.map(({ path }) => roomOf(path)))];
  const move = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const at = buttons.findIndex((button) => button === document.activeElement);
    if (at + step < 0) document.getElementById('search')?.focus();
    else buttons[Math.min(at + step, buttons.length - 1)]?.focus();
  };
  return (
    <nav className="procedure-list" aria-label="Procedures" onKeyDown={move}>
      <div className="search">
        <input
          id="search"
          type="search"
          aria-label="Search procedures"
          placeholder="Search"
          value={query}
          onChange={({ target }) => setQuery(target.value)}
          onKeyDown={({ key }) => key === 'Enter' && found[0] && onChoose(found[0].path)}
        />
        <kbd aria-hidden="true">/</kbd>
      </div>
      <div ref={list}>
        {rooms.map((room) => (
          <Room
            key={room}
            room={room}
            procedures={found.filter(({ path }) => roomOf(path) === room)}
            shown={shown}
            onChoose={onChoose}
          />
        ))}
        {found.length === 0 && <p className="note">No procedure is called that.</p>}
      </div>
    </nav>
  );
}

function Room({ room, procedures, shown, onChoose }: Props & { readonly room: string }) {
  return (
    <section aria-label={room}>
      <h2>{room}</h2>
      <ul>
        {procedures.map((procedure) => (
          <Entry
            key={procedure.path}
            procedure={procedure}
            isShown={shown.includes(procedure.path)}
            onChoose={onChoose}
          />
        ))}
      </ul>
    </section>
  );
}

type EntryProps = Pick<Props, 'onChoose'> & {
  readonly procedure: ProcedureDescription;
  readonly isShown: boolean;
};

function Entry({ procedure: { path, kind, docs }, isShown, onChoose }: EntryProps) {
  return (
    <li>
      <button
        type="button"
        aria-current={isShown ? 'page' : undefined}
        onClick={() => onChoose(path)}
        title={docs}
      >
        <span className="entry-name">{path.slice(roomOf(path).length + 1)}</span>
        <KindBadge kind={kind} />
        <span className="entry-docs">{docs}</span>
      </button>
    </li>
  );
}

function isFound({ path, kind, docs }: ProcedureDescription, query: string): boolean {
  const text = `${path} ${kind} ${docs}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
