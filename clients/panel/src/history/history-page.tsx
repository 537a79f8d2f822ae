import { useValue } from '../ui/use-value.ts';
import { callHistory, clearHistory, type PastCall } from './call-history.ts';

const format = { dateStyle: 'short', timeStyle: 'medium', hour12: false } as const;

/** The calls made in this browser. Opening one fills its input into the active seat. */
export function HistoryPage({ onOpen }: { readonly onOpen: (call: PastCall) => void }) {
  const calls = useValue(callHistory);
  return (
    <section className="page" aria-labelledby="history-title">
      <header className="page-header">
        <h2 id="history-title">History</h2>
        <p className="note">The last 100 calls, kept in this browser only; tokens never are.</p>
        {calls.length > 0 && (
          <button type="button" onClick={clearHistory}>
            Forget all
          </button>
        )}
      </header>
      {calls.length === 0 && <p className="note">Nothing has been called yet.</p>}
      <ul className="history">
        {calls.map((call, index) => (
          <li key={`${call.at} ${index}`}>
            <button type="button" onClick={() => onOpen(call)}>
              <time dateTime={call.at}>{new Date(call.at).toLocaleString([], format)}</time>
              <span>{call.person}</span>
              <strong>{call.path}</strong>
              <span className={call.result === 'OK' ? 'pill pill-ok' : 'pill pill-bad'}>{call.result}</span>
              <span>{call.ms} ms</span>
              <span className="mono history-input">{JSON.stringify(call.input)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
