import { limits, type FoundMessage } from '@whisper/shared';
import { useEffect, useState, type KeyboardEvent } from 'react';
import { Dialog } from '../ui/dialog.tsx';
import { isComposing } from '../ui/keyboard.ts';
import { FoundOption, optionId } from './found-option.tsx';
import { SearchFilters } from './search-filters.tsx';
import { useSearching } from './searching.ts';
import { isAsked, useFound } from './use-found.ts';

const listId = 'found-list';

/** Looks for messages in all chats, or in one; leads to the one that is chosen. */
export function SearchDialog() {
  const { form, setForm, last, follow, close } = useSearching();
  const { found, status, failure, loadMore } = useFound(form);
  const [index, setIndex] = useState(0);
  const active = found[Math.min(index, found.length - 1)];
  useEffect(() => {
    // Whoever comes back from a result goes on from there.
    const isLast = ({ message }: FoundMessage) => message.chatId === last?.chatId && message.seq === last.seq;
    const place = found.findIndex(isLast);
    if (place > 0) setIndex((current) => current || place);
  }, [found, last]);
  useEffect(() => {
    if (active) document.getElementById(optionId(active))?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent) || !active) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 5, PageUp: -5 }[event.key];
    if (step !== undefined) move(found.indexOf(active) + step);
    else if (event.key === 'Enter') follow(active.message);
    else return;
    event.preventDefault();
  };
  const move = (to: number) => {
    if (to >= found.length && status === 'paused') loadMore();
    setIndex(Math.max(0, Math.min(to, found.length - 1)));
  };

  return (
    <Dialog title="Search messages" onClose={close}>
      <input
        className="field"
        role="combobox"
        aria-label="Words to look for"
        placeholder="Words to look for"
        aria-expanded={found.length > 0}
        aria-controls={listId}
        aria-activedescendant={active && optionId(active)}
        autoComplete="off"
        data-first
        maxLength={limits.queryLengthMax}
        value={form.query}
        onChange={(event) => {
          setForm({ ...form, query: event.target.value });
          setIndex(0);
        }}
        onFocus={(event) => event.target.select()}
        onKeyDown={onKeyDown}
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
      <div className="found-end">
        <p className="dialog-hint" role="status">
          {isAsked(form) ? describe(found, status, failure?.message) : 'The newest come first.'}
        </p>
        {(status === 'paused' || status === 'failed') && (
          <button type="button" className="text-button" onClick={loadMore}>
            {status === 'paused' ? 'Look further back' : 'Try again'}
          </button>
        )}
      </div>
    </Dialog>
  );
}

type Status = ReturnType<typeof useFound>['status'];

function describe(found: readonly FoundMessage[], status: Status, failure = ''): string {
  const count = found.length === 1 ? '1 message' : `${found.length} messages`;
  switch (status) {
    case 'searching':
      return 'Searching…';
    case 'paused':
      return `${count} so far.`;
    case 'complete':
      return found.length === 0 ? 'Nothing was found.' : `${count}.`;
    case 'failed':
      return `The search failed: ${failure}.`;
  }
  return status satisfies never;
}
