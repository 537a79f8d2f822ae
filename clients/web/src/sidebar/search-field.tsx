import { limits } from '@whisper/shared';
import type { KeyboardEvent } from 'react';
import { searchFieldId } from '../layout/use-shortcuts.ts';
import { Icon } from '../ui/icon.tsx';

type Props = { readonly value: string; readonly onChange: (value: string) => void };

export function SearchField({ value, onChange }: Props) {
  const clear = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || value === '') return;
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
        placeholder="Search chats and people"
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
