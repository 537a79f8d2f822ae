import { devTokenSeconds } from '@whisper/shared';
import { useState, type FormEvent } from 'react';
import { appUrl } from '../api/app-url.ts';
import { useValue } from '../ui/use-value.ts';
import type { SeatModel } from './seat-model.ts';

type Props = {
  readonly seat: SeatModel;
  readonly people: readonly string[];
  readonly onSignIn: (name: string) => void;
  readonly onClose?: (() => void) | undefined;
};

const askName = 'ask:name';
const askToken = 'ask:token';

/** Shows who uses this seat and signs in as somebody else. */
export function SeatHeader({ seat, people, onSignIn, onClose }: Props) {
  const { name, myId, problem } = useValue(seat.state);
  const [asked, setAsked] = useState<string | null>(null);
  const choose = (choice: string) => {
    setAsked(choice === askName || choice === askToken ? choice : null);
    if (people.includes(choice)) onSignIn(choice);
  };
  const asks = asked ?? (name === '' && people.length === 0 ? askToken : null);
  return (
    <header className="seat-header">
      <span className="avatar" aria-hidden="true" data-name={name.slice(0, 1).toLowerCase()}>
        {name.slice(0, 1).toUpperCase() || '?'}
      </span>
      <PersonSelect name={name} people={people} asks={asks} onChoose={choose} />
      {asks !== null ? (
        <AskForm
          key={asks}
          isToken={asks === askToken}
          hasLocalTokens={people.length > 0}
          seat={seat}
          onSignIn={onSignIn}
          onDone={() => setAsked(null)}
        />
      ) : (
        <span className="seat-id mono">{myId}</span>
      )}
      {onClose && (
        <button
          type="button"
          className="quiet"
          onClick={onClose}
          aria-label={`Close the seat of ${name || 'nobody'}`}
        >
          ✕
        </button>
      )}
      {problem !== null && (
        <p className="seat-problem" role="alert">
          {problem}
        </p>
      )}
    </header>
  );
}

type SelectProps = Pick<Props, 'people'> & {
  readonly name: string;
  readonly asks: string | null;
  readonly onChoose: (choice: string) => void;
};

function PersonSelect({ name, people, asks, onChoose }: SelectProps) {
  const isUnknown = name !== '' && !people.includes(name);
  return (
    <select aria-label="Signed in as" value={asks ?? name} onChange={({ target }) => onChoose(target.value)}>
      {name === '' && <option value="">nobody</option>}
      {isUnknown && <option value={name}>{name}</option>}
      {people.map((each) => (
        <option key={each}>{each}</option>
      ))}
      {people.length > 0 && <option value={askName}>another name…</option>}
      <option value={askToken}>paste a token…</option>
    </select>
  );
}

type AskProps = Pick<Props, 'seat' | 'onSignIn'> & {
  readonly isToken: boolean;
  readonly hasLocalTokens: boolean;
  readonly onDone: () => void;
};

function AskForm({ isToken, hasLocalTokens, seat, onSignIn, onDone }: AskProps) {
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '') return;
    if (isToken) void seat.signIn({ kind: 'token', token: text.trim() });
    else onSignIn(text.trim());
    onDone();
  };
  return (
    <form className="input-row" onSubmit={submit}>
      <input
        aria-label={isToken ? 'Session token' : 'Name'}
        placeholder={isToken ? 'a session token' : 'any name'}
        type={isToken ? 'password' : 'text'}
        autoComplete="off"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <button type="submit">Sign in</button>
      {isToken && hasLocalTokens && (
        <p className="note token-help">
          A local token is good for {devTokenSeconds} seconds:{' '}
          <code>{`curl -s -d '{"user":"alice"}' ${appUrl.href}dev/token`}</code>
        </p>
      )}
    </form>
  );
}
