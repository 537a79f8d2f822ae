import type { Attachment, Message } from '@whisper/shared';
import { useMemo } from 'react';
import { thumbHashToDataURL } from 'thumbhash';
import { useActs } from '../conversation/acts.ts';
import { Icon } from '../ui/icon.tsx';
import { formatSize } from './format-size.ts';
import { isPicture, isSound } from './kinds.ts';
import { addressOf, useLinked } from './use-link.ts';

/** The files of a message: pictures as such, what can be heard with a player, everything else as a link. */
export function Attachments({ message }: { readonly message: Message }) {
  if (message.attachments.length === 0) return null;
  return (
    <div className="attachments">
      {message.attachments.map((attachment) => (
        <OneFile key={attachment.fileId} attachment={attachment} messageId={message.id} />
      ))}
    </div>
  );
}

type Props = { readonly attachment: Attachment; readonly messageId: Message['id'] };

function OneFile({ attachment, messageId }: Props) {
  const linked = useLinked(attachment);
  if (isPicture(attachment)) return <Picture attachment={linked} messageId={messageId} />;
  if (isSound(attachment)) return <Sound attachment={linked} />;
  return <FileLink attachment={linked} />;
}

function Picture({ attachment, messageId }: Props) {
  const { show } = useActs();
  const { fileId, name, alt, width, height, thumbhash, thumbnails, url } = attachment;
  const blurred = useMemo(() => thumbhash && toDataUrl(thumbhash), [thumbhash]);
  const shown = thumbnails?.at(-1)?.url ?? url;
  return (
    <button
      type="button"
      className="picture"
      aria-haspopup="dialog"
      onClick={() => show({ type: 'gallery', id: messageId, fileId })}
    >
      <img
        src={addressOf(shown)}
        alt={alt ?? name}
        width={width}
        height={height}
        loading="lazy"
        decoding="async"
        style={blurred ? { backgroundImage: `url(${blurred})` } : undefined}
      />
    </button>
  );
}

function toDataUrl(thumbhash: string): string {
  return thumbHashToDataURL(Uint8Array.from(atob(thumbhash), (letter) => letter.charCodeAt(0)));
}

function Sound({ attachment: { name, url } }: Pick<Props, 'attachment'>) {
  return <audio className="sound" controls preload="metadata" src={addressOf(url)} aria-label={name} />;
}

function FileLink({ attachment: { name, size, url } }: Pick<Props, 'attachment'>) {
  return (
    <a className="file-link" href={addressOf(url)} download={name}>
      <Icon name="file" />
      <span className="file-name">
        <bdi>{name}</bdi>
      </span>
      <span className="file-size">{formatSize(size)}</span>
    </a>
  );
}
