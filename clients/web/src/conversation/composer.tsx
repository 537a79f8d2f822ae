import { limits, type ChatId, type UserId } from '@whisper/shared';
import { useEffect, useRef, type KeyboardEvent, type SyntheticEvent } from 'react';
import { useClient } from '../store/client-context.ts';
import { Icon } from '../ui/icon.tsx';
import { fitHeight } from './fit-height.ts';
import { LengthNote, lengthNoteId } from './length-note.tsx';
import { useDraft } from './use-draft.ts';

type Props = { readonly chatId: ChatId; readonly meId: UserId; readonly name: string };

export function Composer({ chatId, meId, name }: Props) {
  const { store } = useClient().client;
  const [text, setText] = useDraft(meId, chatId);
  const field = useRef<HTMLTextAreaElement>(null);
  const left = limits.textLengthMax - text.trim().length;
  const canSend = text.trim() !== '' && left >= 0;

  // With a touch keyboard the conversation would jump under the finger.
  useEffect(() => {
    if (matchMedia('(hover: hover)').matches) field.current?.focus();
  }, []);
  useEffect(() => fitHeight(field.current), [text]);

  const change = (value: string) => {
    setText(value);
    store.setTyping(chatId, value.trim() !== '');
  };
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!canSend) return;
    store.send(chatId, text);
    setText('');
    field.current?.focus();
  };
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
