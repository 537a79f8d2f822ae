import { Icon } from '../ui/icon.tsx';
import { useRecorder } from './use-recorder.ts';

type Props = {
  /** Whether a recording may begin; one that did goes on. */
  readonly isOffered: boolean;
  readonly onRecorded: (file: File) => void;
};

/** Records a voice note where there is a microphone that may be asked for. */
export function VoiceButton({ isOffered, onRecorded }: Props) {
  const { state, seconds, start, stop, cancel } = useRecorder(onRecorded);
  if (state === 'impossible') return null;
  if (state !== 'recording') {
    if (!isOffered) return null;
    return (
      <>
        {state === 'refused' && (
          <span className="recording-note" role="alert">
            The microphone may not be used here
          </span>
        )}
        <button
          type="button"
          className="icon-button"
          aria-label="Record a voice note"
          title="Record a voice note"
          onClick={start}
        >
          <Icon name="microphone" />
        </button>
      </>
    );
  }
  return (
    <div className="recording">
      <span className="recording-dot" aria-hidden="true" />
      <span role="timer" aria-label="Recorded so far">
        {formatSeconds(seconds)}
      </span>
      <button type="button" className="icon-button" aria-label="Throw the recording away" onClick={cancel}>
        <Icon name="remove" />
      </button>
      <button type="button" className="icon-button" aria-label="Attach the recording" onClick={stop}>
        <Icon name="sent" />
      </button>
    </div>
  );
}

function formatSeconds(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
