import { limits } from '@whisper/shared';
import type { ChangeEvent, FocusEvent, KeyboardEvent } from 'react';
import { isComposing } from './keyboard.ts';

type Props<T> = {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** The list that shows the options. */
  readonly listId: string;
  readonly options: readonly T[];
  readonly active: T | undefined;
  readonly optionId: (option: T) => string;
  /** How far each key that moves leads. */
  readonly steps: Readonly<Record<string, number>>;
  /** An option's place, which may lie outside of them. */
  readonly onMove: (to: number) => void;
  readonly onChoose: (option: T) => void;
  readonly onFocus?: (event: FocusEvent<HTMLInputElement>) => void;
};

/** A field whose keys move in a list and choose from it, without leaving the field. */
export function Combobox<T>(props: Props<T>) {
  const { label, value, onChange, listId, options, active, optionId, steps, onMove, onChoose, onFocus } =
    props;
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent) || !active) return;
    const step = steps[event.key];
    if (step !== undefined) onMove(options.indexOf(active) + step);
    else if (event.key === 'Enter') onChoose(active);
    else return;
    event.preventDefault();
  };
  return (
    <input
      className="field"
      role="combobox"
      aria-label={label}
      placeholder={label}
      aria-expanded={options.length > 0}
      aria-controls={listId}
      aria-activedescendant={active && optionId(active)}
      autoComplete="off"
      data-first
      maxLength={limits.queryLengthMax}
      value={value}
      onChange={(event: ChangeEvent<HTMLInputElement>) => onChange(event.target.value)}
      onFocus={onFocus}
      onKeyDown={onKeyDown}
    />
  );
}
