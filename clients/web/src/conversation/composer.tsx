import type { ChatId, UserId } from '@whisper/shared';
import type { KeyboardEvent } from 'react';
import { Icon } from '../ui/icon.tsx';
import { LengthNote, lengthNoteId } from './length-note.tsx';
import { useComposer } from './use-composer.ts';

type Props = { readonly chatId: ChatId; readonly meId: UserId; readonly name: string };

export function Composer({ name, ...place }: Props) {
  const { text, left, canSend, field, change, send } = useComposer(place);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send(event);
  };

  return (
    <form className="composer" onSubmit={send}>
      <div className="composer-box">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={name ? `Message to ${name}` : 'Message'}
          aria-describedby={lengthNoteId}
          aria-invalid={left < 0}
          placeholder="Write a message"
          value={text}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" className="send" aria-label="Send" disabled={!canSend}>
          <Icon name="send" />
        </button>
      </div>
      <LengthNote left={left} />
    </form>
  );
}
