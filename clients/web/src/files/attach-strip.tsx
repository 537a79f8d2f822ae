import type { AttachedFiles } from './use-attached.ts';
import { AltDialog } from './alt-dialog.tsx';
import { QueuedFile } from './queued-file.tsx';
import { DialogButton } from '../ui/dialog-button.tsx';
import { Icon } from '../ui/icon.tsx';

/** The files that the message being written takes along. */
export function AttachStrip({ attached: { uploads, note, remove } }: { readonly attached: AttachedFiles }) {
  return (
    <>
      {uploads.length > 0 && (
        <ul className="attach-strip" aria-label="Attached files">
          {uploads.map((upload) => (
            <li key={upload.file.clientId}>
              <QueuedFile upload={upload} />
              {upload.file.type.startsWith('image/') && (
                <DialogButton label={`Describe ${upload.file.name}`} icon="edit">
                  {(close) => <AltDialog upload={upload} onClose={close} />}
                </DialogButton>
              )}
              <button
                type="button"
                className="icon-button"
                aria-label={`Do not send ${upload.file.name}`}
                onClick={() => remove(upload)}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      {uploads.some(({ file }) => file.type.startsWith('video/')) && (
        <p className="length-note">
          A film is sent as it is, with the place where it was taken if it says so.
        </p>
      )}
      {note && (
        <p className="length-note" role="alert">
          {note}
        </p>
      )}
    </>
  );
}
