import { useId, useState, type ReactNode } from 'react';
import { appUrl } from '../api/app-url.ts';
import type { ProcedureDescription } from '../api/description.ts';
import { useValue } from '../ui/use-value.ts';
import { toWire } from '../schema/to-wire.ts';
import { Answer } from '../seat/answer.tsx';
import { Editor } from '../seat/editor.tsx';
import { Receipt, sentIn } from '../seat/receipt.tsx';
import type { SeatModel } from '../seat/seat-model.ts';
import { UploadBytes } from '../seat/upload-bytes.tsx';
import { Code } from '../ui/code.tsx';
import { KindBadge } from '../ui/kind-badge.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { Schemas } from './schemas.tsx';
import { snippetsFor } from './snippets.ts';

type Props = {
  readonly seat: SeatModel;
  readonly procedure: ProcedureDescription;
  readonly people: readonly string[];
};

/** One procedure in one seat: what it is, its input, its answer, its types, and the same call elsewhere. */
export function ProcedureView({ seat, procedure, people }: Props) {
  const { path, kind, docs } = procedure;
  const { outcomes, session, myId } = useValue(seat.state);
  const outcome = outcomes[path];
  const sent = outcome && sentIn(outcome, myId);
  return (
    <section className="procedure" aria-labelledby={`${seat.key}-title`}>
      <h2 id={`${seat.key}-title`} tabIndex={-1}>
        {path} <KindBadge kind={kind} />
      </h2>
      <p className="docs">{docs}</p>
      <Editor key={path} seat={seat} procedure={procedure} />
      <Actions seat={seat} procedure={procedure} />
      {session && path === 'file.create' && <UploadBytes seat={seat} />}
      {session && sent && <Receipt session={session} {...sent} />}
      {outcome && <Answer outcome={outcome} />}
      <Disclosure title="Types">
        <Schemas procedure={procedure} />
      </Disclosure>
      <Disclosure title="Copy as">
        <CopyAs seat={seat} procedure={procedure} people={people} />
      </Disclosure>
    </section>
  );
}

function CopyAs({ seat, procedure, people }: Props) {
  const { name } = useValue(seat.state);
  const input = toWire(procedure.input, seat.draftFor(procedure).value);
  const known = people.length > 0 && name !== '' ? name : null;
  const snippets = snippetsFor({ procedure, input, url: appUrl.href.replace(/\/$/, ''), name: known });
  const tabs = snippets.map(({ title, text }) => ({
    name: title,
    content: () => <Code label={title} text={text} />,
  }));
  return <Tabs label="Copy as" tabs={tabs} />;
}

/** Its content is made only while it is open. */
function Disclosure({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="disclosure" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{title}</summary>
      {isOpen && children}
    </details>
  );
}

function Actions({ seat, procedure }: Pick<Props, 'seat' | 'procedure'>) {
  const id = useId();
  const { session, pending, transport, drafts } = useValue(seat.state);
  const isBlocked = !session || drafts[procedure.path]?.problem !== undefined;
  if (procedure.kind === 'subscription') {
    return (
      <div className="actions main-actions">
        <button type="button" className="primary" disabled={isBlocked} onClick={() => seat.start(procedure)}>
          Start
        </button>
        <kbd>Ctrl Enter</kbd>
      </div>
    );
  }
  const isPending = pending.includes(procedure.path);
  return (
    <div className="actions main-actions">
      <button
        type="button"
        className="primary"
        disabled={isBlocked || isPending}
        onClick={() => void seat.send(procedure)}
      >
        {isPending ? 'Sending…' : 'Send'}
      </button>
      <kbd>Ctrl Enter</kbd>
      <label className="transport" htmlFor={id}>
        over
        <select
          id={id}
          value={transport}
          onChange={({ target }) => seat.change({ transport: target.value === 'socket' ? 'socket' : 'http' })}
        >
          <option value="http">HTTP</option>
          <option value="socket">the socket</option>
        </select>
      </label>
    </div>
  );
}
