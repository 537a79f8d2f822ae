import { useEffect, useMemo, useState } from 'react';
import type { ProcedureDescription } from '../api/description.ts';
import { isRecord } from '../api/outcome.ts';
import { useValue } from '../ui/use-value.ts';
import type { FormContext } from '../form/form-context.ts';
import { InputForm } from '../form/input-form.tsx';
import { JsonEditor } from '../form/json-editor.tsx';
import { isOfGroups, picksFor } from './picks.ts';
import type { SeatModel } from './seat-model.ts';

type Props = { readonly seat: SeatModel; readonly procedure: ProcedureDescription };

const noErrors = {};

/** The input of a procedure, as a form or as JSON: two views of one draft. */
export function Editor({ seat, procedure }: Props) {
  const { path, input } = procedure;
  const { drafts, picks, outcomes, renewsIds } = useValue(seat.state);
  const [isJson, setJson] = useState(false);
  // An example has an id of its own: it stays while nobody has written and nothing new is known.
  const example = useMemo(() => seat.draftFor(procedure), [seat, procedure, picks]);
  const draft = drafts[path] ?? example;
  // Others may have made and written something since.
  useEffect(() => void seat.refreshPicks(), [seat]);
  const result = outcomes[path]?.result;
  const context: FormContext = {
    picks: picksFor(path, picks, chatIdOf(draft.value)),
    isOfGroups: isOfGroups(path),
    renewsIds,
    refreshPicks: () => void seat.refreshPicks(),
    setRenewsIds: (renews) => seat.change({ renewsIds: renews }),
    getToken: () =>
      seat.state.getSnapshot().session?.getToken() ?? Promise.reject(new Error('Nobody is signed in')),
  };
  if (!input) return <p className="note">No input.</p>;
  return (
    <div className="editor">
      <div className="toggle" role="group" aria-label="Write the input as">
        <button
          type="button"
          aria-pressed={!isJson}
          disabled={draft.problem !== undefined}
          onClick={() => setJson(false)}
        >
          Form
        </button>
        <button type="button" aria-pressed={isJson} onClick={() => setJson(true)}>
          JSON
        </button>
      </div>
      {isJson ? (
        <JsonEditor draft={draft} onChange={(next) => seat.edit(path, next)} />
      ) : (
        <InputForm
          idPrefix={`${seat.key}-${path}`}
          schema={input}
          value={draft.value}
          fieldErrors={result?.ok === false ? result.error.fieldErrors : noErrors}
          context={context}
          onChange={(value) => seat.edit(path, { value })}
        />
      )}
    </div>
  );
}

function chatIdOf(input: unknown): string | undefined {
  return isRecord(input) && typeof input['chatId'] === 'string' ? input['chatId'] : undefined;
}
