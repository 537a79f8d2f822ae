import { useMutation } from '@tanstack/react-query';
import { toFailure } from '@whisper/client';
import { eraseConfirmation } from '@whisper/shared';
import { useState, type SyntheticEvent } from 'react';
import { appUrl } from '../routing/app-url.ts';
import { useClient } from '../store/use-client.ts';
import { Dialog } from '../ui/dialog.tsx';
import { rememberReceipt } from './erasure-notice.tsx';

type Props = { readonly onClose: () => void };

/** What a person may do with what is theirs: take it away, or have it erased. */
export function MyDataDialog({ onClose }: Props) {
  const [isErasing, setIsErasing] = useState(false);
  if (isErasing) return <EraseDialog onClose={onClose} />;
  return (
    <Dialog title="My data" onClose={onClose}>
      <Download />
      <p>
        Deleting your account erases what you wrote, for everybody, and takes you out of your groups. What
        others wrote stays theirs.
      </p>
      <div className="button-row">
        <button type="button" className="button danger" onClick={() => setIsErasing(true)}>
          Delete my account…
        </button>
        <button type="button" className="button quiet" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function Download() {
  const { api } = useClient().client;
  const { mutate, isPending, error, isSuccess } = useMutation({
    mutationFn: () => api.me.export.mutate(),
    onSuccess: ({ path }) => location.assign(addressOf(path)),
  });
  return (
    <>
      <p>
        Download everything that Whisper has of you: your profile, your chats, what you wrote, your reactions,
        files and settings. It is a ZIP file that people and programs can read.
      </p>
      <div className="button-row">
        <button type="button" className="button" disabled={isPending} onClick={() => mutate()} data-first>
          Download my data
        </button>
      </div>
      {isSuccess && <p role="status">The download begins.</p>}
      {error && <p role="alert">{`${toFailure(error).message}.`}</p>}
    </>
  );
}

function EraseDialog({ onClose }: Props) {
  const { client, session } = useClient();
  const [typed, setTyped] = useState('');
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => client.api.me.erase.mutate({ confirm: eraseConfirmation }),
    onSuccess: ({ receiptPath }) => {
      rememberReceipt(addressOf(receiptPath));
      session.signOut();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    mutate();
  };
  return (
    <Dialog title="Delete my account?" onClose={onClose}>
      <form className="dialog-form" onSubmit={submit}>
        <p>
          There is no way back. Type <b>{eraseConfirmation}</b> to go on.
        </p>
        <input
          className="field"
          aria-label={`Type: ${eraseConfirmation}`}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          data-first
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        {error && <p role="alert">{`${toFailure(error).message}.`}</p>}
        <div className="button-row">
          <button
            type="submit"
            className="button danger"
            disabled={isPending || typed.trim() !== eraseConfirmation}
          >
            Delete my account
          </button>
          <button type="button" className="button quiet" onClick={onClose}>
            Keep it
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** The server is where the app is. */
function addressOf(path: string): string {
  return new URL(path.slice(1), appUrl).href;
}
