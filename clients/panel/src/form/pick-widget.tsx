import type { RJSFSchema, WidgetProps } from '@rjsf/utils';
import { useState } from 'react';
import type { Pick } from '../seat/picks.ts';
import { errorProps } from './error-props.ts';
import type { FormContext } from './form-context.ts';

type Props = WidgetProps<unknown, RJSFSchema, FormContext> & { readonly choices: readonly Pick[] };

const other = 'other';

/** Chooses an id by what it stands for; any other id can be typed. */
export function PickWidget({ id, value, required, onChange, rawErrors, choices, registry, name }: Props) {
  const [isTyping, setTyping] = useState(false);
  const current = typeof value === 'string' ? value : '';
  const isKnown = current === '' || choices.some((choice) => choice.id === current);
  const showsText = isTyping || !isKnown;
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
        <option value="">{required ? `choose… (${choices.length} known)` : 'left out'}</option>
        {choices.map((choice) => (
          <option key={choice.id} value={choice.id}>
            {choice.label} · …{choice.id.slice(-6)}
          </option>
        ))}
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
