import { legacyApi, type LegacyCall } from './legacy-api.ts';

const wires: readonly LegacyCall['wire'][] = ['REST', 'Socket.IO, sent', 'Socket.IO, received'];

/** Tables that lead from the old calls and events to the procedures that replaced them. */
export function LegacyApiPage() {
  return (
    <section className="page" aria-labelledby="old-api-title">
      <header className="page-header">
        <h2 id="old-api-title">Old API</h2>
        <p className="note">
          What the first version’s clients call and hear, and the procedure that does it.
        </p>
      </header>
      {wires.map((wire) => (
        <table key={wire}>
          <caption>{wire}</caption>
          <thead>
            <tr>
              <th scope="col">Then</th>
              <th scope="col">Now</th>
              <th scope="col">What is different</th>
            </tr>
          </thead>
          <tbody>
            {legacyApi
              .filter((call) => call.wire === wire)
              .map((call) => (
                <tr key={call.legacy}>
                  <td className="mono">{call.legacy}</td>
                  <td className="mono">
                    {call.now.map((path) => (
                      <a key={path} href={`#${path}`}>
                        {path}
                      </a>
                    ))}
                  </td>
                  <td>{call.note}</td>
                </tr>
              ))}
          </tbody>
        </table>
      ))}
    </section>
  );
}
