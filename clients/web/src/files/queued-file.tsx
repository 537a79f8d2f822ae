import type { Upload } from '@whisper/client';
import { formatSize, type CreateFileInput } from '@whisper/shared';
import { useState, useSyncExternalStore } from 'react';
import { useClient } from '../store/use-client.ts';
import { Icon } from '../ui/icon.tsx';
import { usePreview } from './use-preview.ts';

type Props = { readonly file: CreateFileInput };

/** The files of a message that is on its way. */
export function QueuedFiles({ files }: { readonly files: readonly CreateFileInput[] }) {
  if (files.length === 0) return null;
  return (
    <ul className="queued-files">
      {files.map((file) => (
        <li key={file.clientId}>
          <FoundFile file={file} />
        </li>
      ))}
    </ul>
  );
}

function FoundFile({ file }: Props) {
  const { store } = useClient().client;
  const upload = store.uploads.find(file.clientId);
  return upload ? <QueuedFile upload={upload} /> : <FileFacts file={file} />;
}

/** One file on its way, how far it is, and what holds it up. */
export function QueuedFile({ upload }: { readonly upload: Upload }) {
  const state = useSyncExternalStore(upload.subscribe, upload.getSnapshot);
  const { file } = upload;
  const preview = usePreview(upload);
  const [canShow, setCanShow] = useState(true);
  const isPaused = state.status === 'paused';
  const isGoing = isPaused || state.status === 'waiting' || state.status === 'uploading';
  return (
    <div className="queued-file" data-status={state.status}>
      {preview && canShow ? (
        <img src={preview} alt={file.alt ?? ''} onError={() => setCanShow(false)} />
      ) : (
        <Icon name="file" />
      )}
      <FileFacts file={file} />
      {isGoing && (
        <progress value={state.sentBytes} max={file.size} aria-label={`${file.name}: sent so far`} />
      )}
      {state.status === 'failed' && (
        <p className="file-failure" role="alert">
          {state.failure.message}
        </p>
      )}
      {isGoing && (
        <button
          type="button"
          className="icon-button"
          aria-label={isPaused ? `Go on sending ${file.name}` : `Pause ${file.name}`}
          onClick={() => (isPaused ? upload.resume() : upload.pause())}
        >
          <Icon name={isPaused ? 'play' : 'pause'} />
        </button>
      )}
      {state.status === 'failed' && (
        <button type="button" className="text-button" onClick={() => upload.resume()}>
          Try again
        </button>
      )}
    </div>
  );
}

function FileFacts({ file: { name, size } }: Props) {
  return (
    <span className="file-name">
      <bdi>{name}</bdi> <span className="file-size">{formatSize(size)}</span>
    </span>
  );
}
