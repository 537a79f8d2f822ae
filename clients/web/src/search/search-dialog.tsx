import type { FoundMessage } from '@whisper/shared';
import { useEffect, useState } from 'react';
import { Combobox } from '../ui/combobox.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { FoundOption, optionId } from './found-option.tsx';
import { SearchFilters } from './search-filters.tsx';
import { useSearching } from './searching.ts';
import { isAsked, useFound, type Found } from './use-found.ts';

const listId = 'found-list';
const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 };

/** Looks for messages in all chats, or in one; leads to the one that is chosen. */
export function SearchDialog() {
  const { form, setForm, follow, close } = useSearching();
  const results = useFound(form);
  const { found } = results;
  const { active, move, restart } = useActive(results);
  return (
    <Dialog title="Search messages" onClose={close}>
      <Combobox
        label="Words to look for"
        value={form.query}
        onChange={(query) => {
          setForm({ ...form, query });
          restart();
        }}
        listId={listId}
        options={found}
        active={active}
        optionId={optionId}
        steps={steps}
        onMove={move}
        onChoose={(each) => follow(each.message)}
        onFocus={(event) => event.target.select()}
      />
      <SearchFilters />
      <ul id={listId} className="dialog-list found-list" role="listbox" aria-label="Messages that were found">
        {found.map((each) => (
          <FoundOption
            key={each.message.id}
            found={each}
            isActive={each === active}
            onFollow={() => follow(each.message)}
          />
        ))}
      </ul>
      <FoundEnd {...results} />
    </Dialog>
  );
}

/** The result that Enter leads to. It begins at the first one, or at the one that was chosen last. */
function useActive({ found, status, loadMore }: Found) {
  const { last } = useSearching();
  const [index, setIndex] = useState(0);
  const active = found[Math.min(index, found.length - 1)];
  useEffect(() => {
    const isLast = ({ message }: FoundMessage) => message.chatId === last?.chatId && message.seq === last.seq;
    const place = found.findIndex(isLast);
    if (place > 0) setIndex((current) => current || place);
  }, [found, last]);
  useEffect(() => {
    if (active) document.getElementById(optionId(active))?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const move = (to: number) => {
    if (to >= found.length && status === 'paused') loadMore();
    setIndex(Math.max(0, Math.min(to, found.length - 1)));
  };
  return { active, move, restart: () => setIndex(0) };
}

/** How much was found, and the way to more. */
function FoundEnd(results: Found) {
  const { form } = useSearching();
  const { status, loadMore } = results;
  return (
    <div className="found-end">
      <p className="dialog-hint" role="status">
        {isAsked(form) ? describe(results) : 'The newest come first.'}
      </p>
      {(status === 'paused' || status === 'failed') && (
        <button type="button" className="text-button" onClick={loadMore}>
          {status === 'paused' ? 'Look further back' : 'Try again'}
        </button>
      )}
    </div>
  );
}

function describe({ found, status, failure }: Found): string {
  const count = found.length === 1 ? '1 message' : `${found.length} messages`;
  switch (status) {
    case 'searching':
      return 'Searching…';
    case 'paused':
      return `${count} so far.`;
    case 'complete':
      return found.length === 0 ? 'Nothing was found.' : `${count}.`;
    case 'failed':
      return `The search failed: ${failure?.message ?? ''}.`;
  }
  return status satisfies never;
}
