import type { CreateReportInput, ReportReason } from '@whisper/shared';
import { limits, ReportReasonSchema } from '@whisper/shared';
import { useState, type SyntheticEvent } from 'react';
import { useClient } from '../store/use-client.ts';
import { Dialog } from '../ui/dialog.tsx';

const words: Readonly<Record<ReportReason, string>> = {
  spam: 'Spam',
  harassment: 'Harassment or hate',
  violence: 'Violence or threats',
  sexual: 'Sexual content',
  selfHarm: 'Self-harm',
  other: 'Something else',
};

type Props = {
  readonly title: string;
  readonly subject: Pick<CreateReportInput, 'messageId' | 'userId' | 'chatId'>;
  readonly onClose: () => void;
};

type State = 'asking' | 'sending' | 'sent' | 'failed';

/** Shows moderators a message, a person or a chat, with a reason and, if one likes, words of one's own. */
export function ReportDialog({ title, subject, onClose }: Props) {
  const { api } = useClient().client;
  const [reason, setReason] = useState<ReportReason>('spam');
  const [text, setText] = useState('');
  const [state, setState] = useState<State>('asking');
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    setState('sending');
    api.report.create.mutate({ ...subject, reason, text }).then(
      () => setState('sent'),
      () => setState('failed'),
    );
  };
  if (state === 'sent') return <Thanks onClose={onClose} />;
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="dialog-form" onSubmit={send}>
        <p>Moderators see what you see now, with a few messages around it.</p>
        <Reasons chosen={reason} onChoose={setReason} />
        <textarea
          className="field"
          rows={3}
          dir="auto"
          aria-label="In your own words"
          placeholder="In your own words"
          maxLength={limits.reportTextLengthMax}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        {state === 'failed' && <p role="alert">It could not be sent. Try again in a moment.</p>}
        <div className="button-row">
          <button type="submit" className="button danger" disabled={state === 'sending'}>
            Report
          </button>
          <button type="button" className="button quiet" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

type ReasonsProps = { readonly chosen: ReportReason; readonly onChoose: (reason: ReportReason) => void };

function Reasons({ chosen, onChoose }: ReasonsProps) {
  return ReportReasonSchema.options.map((each, index) => (
    <label key={each} className="dialog-row">
      <input
        type="radio"
        name="reason"
        data-first={index === 0 || undefined}
        checked={chosen === each}
        onChange={() => onChoose(each)}
      />
      <span>{words[each]}</span>
    </label>
  ));
}

function Thanks({ onClose }: Pick<Props, 'onClose'>) {
  return (
    <Dialog title="Thank you" onClose={onClose}>
      <p>Moderators will look at it. Nobody else is told that you reported it.</p>
      <div className="button-row">
        <button type="button" className="button" onClick={onClose} data-first>
          Close
        </button>
      </div>
    </Dialog>
  );
}
