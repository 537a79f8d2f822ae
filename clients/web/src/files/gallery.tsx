import type { Attachment, FileId, Message } from '@whisper/shared';
import { useEffect, useRef, useState, type KeyboardEvent, type SyntheticEvent } from 'react';
import { useActs } from '../conversation/acts.ts';
import { Icon } from '../ui/icon.tsx';
import { isPicture } from './kinds.ts';
import { addressOf, useLinked } from './use-link.ts';

type Props = {
  readonly first: FileId;
  /** Whose pictures can be gone through. */
  readonly messages: readonly Message[];
};

/** One picture over the whole page; the arrow keys lead to those before and after it, Escape back to the conversation. */
export function Gallery({ first, messages }: Props) {
  const { close } = useActs();
  const pictures = messages.flatMap(({ attachments }) => attachments.filter(isPicture));
  const [fileId, setFileId] = useState(first);
  const index = pictures.findIndex((each) => each.fileId === fileId);
  const shown = pictures[index];
  const ref = useModal(fileId);
  useEffect(() => {
    if (!shown) close();
  }, [shown, close]);
  if (!shown) return null;

  const show = (next: number) => setFileId(pictures[next]?.fileId ?? fileId);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = keys.get(event.key)?.(index, pictures.length - 1);
    if (next !== undefined) show(next);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
  };
  const onCancel = (event: SyntheticEvent) => {
    event.preventDefault();
    close();
  };
  return (
    <dialog
      ref={ref}
      className="gallery"
      aria-label="Pictures"
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onCancel={onCancel}
    >
      <Shown
        key={shown.fileId}
        attachment={shown}
        place={`${index + 1} of ${pictures.length}`}
        onClose={close}
      />
      {index > 0 && <Turn label="Previous picture" side="before" onTurn={() => show(index - 1)} />}
      {index < pictures.length - 1 && (
        <Turn label="Next picture" side="after" onTurn={() => show(index + 1)} />
      )}
    </dialog>
  );
}

/** A dialog over the page that keeps its keys when another picture is shown: what had the focus may have gone with the one before. */
function useModal(fileId: FileId) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  useEffect(() => {
    if (!ref.current?.contains(document.activeElement)) ref.current?.focus();
  }, [fileId]);
  return ref;
}

const keys = new Map<string, (index: number, last: number) => number>([
  ['ArrowLeft', (index) => Math.max(0, index - 1)],
  ['ArrowRight', (index, last) => Math.min(last, index + 1)],
  ['Home', () => 0],
  ['End', (_index, last) => last],
]);

type ShownProps = { readonly attachment: Attachment; readonly place: string; readonly onClose: () => void };

function Shown({ attachment, place, onClose }: ShownProps) {
  const { name, alt, url, width, height } = useLinked(attachment);
  return (
    <figure>
      <figcaption>
        <span className="gallery-name" role="status">
          <bdi>{alt ?? name}</bdi> <span className="gallery-place">{place}</span>
        </span>
        <a className="icon-button" href={addressOf(url)} download={name} aria-label="Download">
          <Icon name="down" />
        </a>
        <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </figcaption>
      <img src={addressOf(url)} alt={alt ?? name} width={width} height={height} />
    </figure>
  );
}

type TurnProps = {
  readonly label: string;
  readonly side: 'before' | 'after';
  readonly onTurn: () => void;
};

function Turn({ label, side, onTurn }: TurnProps) {
  return (
    <button type="button" className="icon-button turn" data-side={side} aria-label={label} onClick={onTurn}>
      <Icon name="back" />
    </button>
  );
}
