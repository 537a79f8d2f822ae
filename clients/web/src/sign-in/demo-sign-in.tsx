import { DevTokenInputSchema } from '@whisper/shared';
import { useState, type SyntheticEvent } from 'react';
import { Avatar } from '../ui/avatar.tsx';

/** More is no name. Browsers take seconds over a field that a million characters were pasted into. */
const pastedMax = 100;

type Props = { readonly names: readonly string[]; readonly onSignIn: (name: string) => void };

export function DemoSignIn({ names, onSignIn }: Props) {
  const [problem, setProblem] = useState('');
  const submit = (event: SyntheticEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = DevTokenInputSchema.safeParse({ user: new FormData(event.currentTarget).get('name') });
    if (name.success) onSignIn(name.data.user);
    else
      setProblem('A name starts with a letter or digit and has at most 40 letters, digits, spaces, . _ or -');
  };

  return (
    <>
      <p className="sign-in-lead">Who are you? Each tab may be somebody else.</p>
      <ul className="people-choice">
        {names.map((name) => (
          <li key={name}>
            <button type="button" onClick={() => onSignIn(name)}>
              <Avatar person={{ name, avatar: null }} />
              <span>{name}</span>
            </button>
          </li>
        ))}
      </ul>
      <form className="name-form" onSubmit={submit} noValidate>
        <label htmlFor="name">Or any other name</label>
        <div className="name-form-row">
          <input
            id="name"
            name="name"
            autoComplete="off"
            maxLength={pastedMax}
            aria-invalid={problem !== ''}
            aria-describedby="name-problem"
            onInput={() => setProblem('')}
          />
          <button type="submit" className="button">
            Sign in
          </button>
        </div>
        <p id="name-problem" className="problem" role="alert">
          {problem}
        </p>
      </form>
    </>
  );
}
