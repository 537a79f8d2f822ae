import type { Upload } from '@whisper/client';
import { limits } from '@whisper/shared';
import { useId, useState } from 'react';
import { Dialog } from '../ui/dialog.tsx';

type Props = { readonly upload: Upload; readonly onClose: () => void };

/** What a picture shows, for those who do not see it. No form: it stands in the one that sends the message. */
export function AltDialog({ upload, onClose }: Props) {
  const [alt, setAlt] = useState(upload.file.alt ?? '');
  const fieldId = useId();
  const save = () => {
    upload.describe(alt);
    onClose();
  };
  return (
    <Dialog title="Describe the picture" onClose={onClose}>
      <label htmlFor={fieldId}>What it shows, for people who do not see it</label>
      <textarea
        id={fieldId}
        className="field"
        data-first
        rows={3}
        maxLength={limits.altLengthMax}
        value={alt}
        onChange={(event) => setAlt(event.target.value)}
      />
      <div className="button-row">
        <button type="button" className="button quiet" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button" onClick={save}>
          Save
        </button>
      </div>
    </Dialog>
  );
}
