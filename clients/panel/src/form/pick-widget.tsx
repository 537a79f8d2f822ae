import type { RJSFSchema, WidgetProps } from '@rjsf/utils';
import { useState } from 'react';
import type { Pick } from '../seat/picks.ts';
import { errorProps } from './error-props.ts';
import type { FormContext } from './form-context.ts';

type Props = WidgetProps<unknown, RJSFSchema, FormContext> & {
  readonly choices: readonly Pick[];
  /** Says what to do while there is nothing to choose. */
  readonly hint: string;
};

const other = 'other';

/** Chooses an id by what it stands for; any other id can be typed. */
export function PickWidget({
  id,
  value,
  required,
  onChange,
  rawErrors,
  choices,
  hint,
  registry,
  name,
}: Props) {
  const [isTyping, setTyping] = useState(false);
  const current = typeof value === 'string' ? value : '';
  const isKnown = current === '' || choices.some((choice) => choice.id === current);
  const showsText = isTyping || !isKnown;
  const emptyLabel = required ? (choices.length === 0 ? hint : 'choose…') : 'left out';
  const described = errorProps({ id, rawErrors });
  const choose = (next: string) => {
    setTyping(next === other);
    if (next !== other) onChange(next === '' ? undefined : next);
  };
  return (
    <div className="input-row">
      <select
        id={id}
        value={showsText ? other : current}
        onFocus={registry.formContext.refreshPicks}
        onChange={({ target }) => choose(target.value)}
        {...described}
      >
        <option value="">{emptyLabel}</option>
        {choices.map(toOption)}
        <option value={other}>another id…</option>
      </select>
      {showsText && (
        <input
          className="mono"
          aria-label={`${name}: another id`}
          value={current}
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => onChange(target.value)}
          {...described}
        />
      )}
    </div>
  );
}

function toOption({ id, label }: Pick) {
  return (
    <option key={id} value={id}>
      {label} · …{id.slice(-6)}
    </option>
  );
}
