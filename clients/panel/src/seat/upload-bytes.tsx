import { systemClock, toFailure, TusUpload } from '@whisper/client';
import { formatSize } from '@whisper/shared';
import { useEffect, useId, useRef, useState } from 'react';
import { appUrl } from '../api/app-url.ts';
import { isRecord } from '../api/outcome.ts';
import type { OwnFile } from './own-files.ts';
import type { SeatModel } from './seat-model.ts';
import { useValue } from '../ui/use-value.ts';

/** Sent at once, so that one sees how far it is. */
const pieceBytes = 1024 * 1024;

type Props = { readonly seat: SeatModel };

/** Beside file.create: a file from this device, whose facts become the input, and whose bytes go to the upload of the answer. */
export function UploadBytes({ seat }: Props) {
  const id = useId();
  const [picked, setPicked] = useState<File>();
  const made = useValue(seat.state).files[0];
  const pick = (file: File | undefined) => {
    setPicked(file);
    if (!file) return;
    const { value } = seat.state.getSnapshot().drafts['file.create'] ?? {};
    const { name, type, size } = file;
    const facts = { name, type, size, clientId: crypto.randomUUID() };
    seat.edit('file.create', { value: { ...(isRecord(value) && value), ...facts } });
  };
  return (
    <div className="upload">
      <label htmlFor={id}>Bytes</label>
      <input id={id} type="file" onChange={({ target }) => pick(target.files?.[0])} />
      {picked && !made && <p className="note">Send makes a place for {picked.name}.</p>}
      {picked && made && <Sending key={made.id} seat={seat} made={made} file={picked} />}
    </div>
  );
}

type SendingProps = Props & { readonly made: OwnFile; readonly file: File };

function Sending({ seat, made, file }: SendingProps) {
  const [sent, setSent] = useState<number>();
  const [problem, setProblem] = useState('');
  const ending = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    ending.current = controller;
    return () => controller.abort();
  }, []);
  if (made.state === 'uploaded') {
    return (
      <p className="note" role="status">
        All {formatSize(made.size)} of {made.label} are there; the attachmentIds of message.send name it.
      </p>
    );
  }
  if (made.size !== file.size)
    return <p className="note">The last file was made for {made.size} bytes. Send makes one for these.</p>;
  const send = async () => {
    setProblem('');
    try {
      await sendBytes({ made, file, signal: ending.current.signal }, setSent);
      seat.fileUploaded(made.id);
    } catch (error) {
      const { code, message } = toFailure(error);
      setProblem(`${code}: ${message}`);
      setSent(undefined);
    }
  };
  return (
    <>
      <div className="input-row">
        <button type="button" disabled={sent !== undefined} onClick={() => void send()}>
          Upload {formatSize(file.size)}
        </button>
        {sent !== undefined && <progress value={sent} max={file.size} aria-label="Sent so far" />}
      </div>
      {problem && (
        <p className="field-errors" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

type Bytes = { readonly made: OwnFile; readonly file: File; readonly signal: AbortSignal };

/** Goes on behind what is there already. */
async function sendBytes({ made, file, signal }: Bytes, onSent: (bytes: number) => void): Promise<void> {
  const tus = new TusUpload(appUrl.href, made.upload, { clock: systemClock, signal });
  let sent = await tus.offset();
  while (sent < file.size) {
    onSent(sent);
    sent = await tus.append(sent, file.slice(sent, sent + pieceBytes));
  }
}
