import { useEffect, useId, useState } from 'react';
import type { Draft } from '../seat/seat-model.ts';

type Props = { readonly draft: Draft; readonly onChange: (draft: Draft) => void };

/** The input as text. What is no JSON stays on the page, and the last input that was one stays the value. */
export function JsonEditor({ draft, onChange }: Props) {
  const id = useId();
  const [text, setText] = useState(() => toText(draft.value));
  useEffect(() => {
    setText((shown) => (isSame(shown, draft.value) ? shown : toText(draft.value)));
  }, [draft.value]);
  const edit = (next: string) => {
    setText(next);
    onChange(parse(next, draft.value));
  };
  return (
    <div className={draft.problem ? 'field is-wrong' : 'field'}>
      <label htmlFor={id}>Input as JSON</label>
      <textarea
        id={id}
        className="mono"
        rows={Math.min(18, Math.max(4, text.split('\n').length + 1))}
        value={text}
        spellCheck={false}
        aria-invalid={draft.problem !== undefined}
        aria-describedby={`${id}-problem`}
        onChange={({ target }) => edit(target.value)}
      />
      <p id={`${id}-problem`} className="field-errors" role="alert">
        {draft.problem}
      </p>
    </div>
  );
}

function toText(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? '';
}

function isSame(text: string, value: unknown): boolean {
  const { value: parsed, problem } = parse(text, undefined);
  return problem !== undefined || JSON.stringify(parsed) === JSON.stringify(value);
}

function parse(text: string, otherwise: unknown): Draft {
  if (text.trim() === '') return { value: undefined };
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { value: otherwise, problem: error instanceof Error ? error.message : String(error) };
  }
}
