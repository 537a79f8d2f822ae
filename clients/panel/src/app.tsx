import { useEffect, useRef, useState } from 'react';
import type { ProcedureDescription } from './api/description.ts';
import { useValue } from './ui/use-value.ts';
import type { PastCall } from './history/call-history.ts';
import { HistoryPage } from './history/history-page.tsx';
import { LegacyApiPage } from './legacy-api/legacy-api-page.tsx';
import { ProcedureList } from './procedures/procedure-list.tsx';
import { SeatView } from './seat/seat-view.tsx';
import { useLinkedInputs } from './state/linked-inputs.ts';
import { hashOf, replaceRoute, route, type Page } from './state/route.ts';
import { activate, seats, seatsMax, setSeatCount, signIn } from './state/seats.ts';
import { TopBar } from './top-bar.tsx';

type Props = { readonly procedures: readonly ProcedureDescription[]; readonly people: readonly string[] };

const firstPath = 'auth.me';
/** What the second seat shows at first: it hears what the first one does. */
const listeningPath = 'message.onEvent';

export function App({ procedures, people }: Props) {
  const { page, paths } = useValue(route);
  const { active } = useValue(seats);
  const [isListOpen, setListOpen] = useState(false);
  useSeats(page, paths.length, people);
  useLinkedInputs(procedures);
  useSlashKey();
  const shown = paths.length > 0 ? paths : [firstPath];
  const focusChosen = useFocusOnChange(paths, active);
  const choose = (path: string) => {
    setListOpen(false);
    focusChosen();
    location.hash = hashOf({
      page: 'procedures',
      paths: shown.with(Math.min(active, shown.length - 1), path),
    });
  };
  const open = (call: PastCall) => {
    seats.getSnapshot().all[active]?.edit(call.path, { value: call.input });
    choose(call.path);
  };
  const toggleSplit = () => {
    replaceRoute({
      page: 'procedures',
      paths: shown.length > 1 ? shown.slice(0, 1) : [...shown, listeningPath],
    });
  };
  return (
    <div className={isListOpen ? 'app is-list-open' : 'app'}>
      <TopBar
        page={page}
        isSplit={shown.length > 1}
        isListOpen={isListOpen}
        onToggleSplit={toggleSplit}
        onToggleList={() => setListOpen(!isListOpen)}
      />
      <ProcedureList procedures={procedures} shown={page === 'procedures' ? shown : []} onChoose={choose} />
      <main>
        {page === 'history' && <HistoryPage onOpen={open} />}
        {page === 'old-api' && <LegacyApiPage />}
        {page === 'procedures' && <SeatRow procedures={procedures} people={people} paths={shown} />}
      </main>
    </div>
  );
}

type RowProps = Props & { readonly paths: readonly string[] };

function SeatRow({ procedures, people, paths }: RowProps) {
  const { all, active } = useValue(seats);
  const leave = (index: number) => replaceRoute({ page: 'procedures', paths: paths.toSpliced(index, 1) });
  return (
    <div className="seats" data-count={all.length}>
      {all.map((seat, index) => (
        <SeatView
          key={seat.key}
          seat={seat}
          procedures={procedures}
          procedure={procedures.find(({ path }) => path === paths[index])}
          people={people}
          isActive={all.length > 1 && index === active}
          onActivate={() => activate(index)}
          onSignIn={(name) => signIn(index, name)}
          onClose={index > 0 ? () => leave(index) : undefined}
        />
      ))}
    </div>
  );
}

/** Makes as many seats as the address names procedures. The other pages change nothing. */
function useSeats(page: Page, pathCount: number, people: readonly string[]): void {
  const count = Math.min(seatsMax, Math.max(1, pathCount));
  useEffect(() => {
    if (page === 'procedures' || seats.getSnapshot().all.length === 0) setSeatCount(count, people);
  }, [page, count, people]);
}

/** Moves the focus to the heading of the seat that a procedure was chosen for. */
function useFocusOnChange(paths: readonly string[], active: number): () => void {
  const isWanted = useRef(false);
  useEffect(() => {
    if (!isWanted.current) return;
    isWanted.current = false;
    document.querySelectorAll<HTMLElement>('.procedure h2')[active]?.focus();
  }, [paths, active]);
  return () => {
    isWanted.current = true;
  };
}

function useSlashKey(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isWriting = event.target instanceof Element && event.target.matches('input, textarea, select');
      if (event.key !== '/' || isWriting || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      document.getElementById('search')?.focus();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}
