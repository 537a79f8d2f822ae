import type { CallError, Outcome, WirePart } from '../api/outcome.ts';
import { Code } from '../ui/code.tsx';
import { JsonTree } from '../ui/json-tree.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { isTrace, Timeline } from './timeline.tsx';

/** The result of a call: the value or the typed error, the duration, and what went over the wire. */
export function Answer({ outcome }: { readonly outcome: Outcome }) {
  const { result, ms, transport, wire } = outcome;
  const views = result.ok
    ? [
        ...(isTrace(result.data)
          ? [{ name: 'Timeline', content: () => <Timeline trace={result.data} /> }]
          : []),
        {
          name: 'Tree',
          content: () => (
            <div className="tree-box" tabIndex={0} role="region" aria-label="Result">
              <JsonTree value={result.data} />
            </div>
          ),
        },
        {
          name: 'JSON',
          content: () => (
            <Code label="Result as JSON" text={JSON.stringify(result.data, null, 2) ?? 'nothing'} />
          ),
        },
      ]
    : [{ name: 'Error', content: () => <ErrorView error={result.error} /> }];
  const status = result.ok ? 'OK' : result.error.code;
  return (
    <section className="answer" aria-label="Answer">
      <Tabs
        label="Answer"
        tabs={[...views, { name: 'Wire', content: () => <Wire parts={wire} /> }]}
        aside={
          <p className="status" aria-live="polite">
            <span className={result.ok ? 'pill pill-ok' : 'pill pill-bad'}>{status}</span>
            {ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms over {transport === 'http' ? 'HTTP' : 'the socket'}
          </p>
        }
      />
    </section>
  );
}

function ErrorView({ error }: { readonly error: CallError }) {
  const { code, message, httpStatus, isRetryable, retryAfterMs, fieldErrors } = error;
  const fields = Object.entries(fieldErrors);
  return (
    <div className="error-view" role="alert">
      <p className="error-message">{message}</p>
      <dl>
        <Fact name="code" value={code} />
        {httpStatus !== undefined && <Fact name="HTTP status" value={String(httpStatus)} />}
        {isRetryable !== undefined && (
          <Fact name="worth repeating" value={isRetryable ? 'yes, later' : 'no'} />
        )}
        {retryAfterMs !== undefined && <Fact name="again after" value={`${retryAfterMs} ms`} />}
        {fields.map(([field, messages]) => (
          <Fact key={field} name={field || 'input'} value={messages.join(' · ')} />
        ))}
      </dl>
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function Wire({ parts }: { readonly parts: readonly WirePart[] }) {
  if (parts.length === 0) return <p className="note">Nothing went over the wire.</p>;
  return parts.map(({ title, lines, body }, index) => (
    // The index may be the key: the parts of a finished call do not change their order.
    <div key={index} className="wire-part">
      <h3>{title}</h3>
      <Code label={title} text={[...lines, ...(lines.length > 0 && body ? [''] : []), body].join('\n')} />
    </div>
  ));
}
