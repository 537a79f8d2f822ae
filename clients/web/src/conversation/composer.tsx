import { limits, type ChatId, type UserId } from '@whisper/shared';
import { useEffect, useRef, useState, type KeyboardEvent, type SyntheticEvent } from 'react';
import { useClient } from '../store/use-client.ts';
import { Icon } from '../ui/icon.tsx';

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

/** How many characters before the limit it is mentioned. */
const mentionedFrom = 500;

const lengthNoteId = 'length-note';

function LengthNote({ left }: { readonly left: number }) {
  const note = left < 0 ? `${-left} characters too many` : `${left} characters left`;
  return (
    <p id={lengthNoteId} className="length-note" data-over={left < 0 || undefined} role="status">
      {left < mentionedFrom && note}
    </p>
  );
}

type Place = { readonly chatId: ChatId; readonly meId: UserId };

/** A message being written: its text, whether it may go out, and its way there. */
function useComposer({ chatId, meId }: Place) {
  const { store } = useClient().client;
  const [text, setText] = useDraft(meId, chatId);
  const field = useRef<HTMLTextAreaElement>(null);
  const left = limits.textLengthMax - text.trim().length;
  const canSend = text.trim() !== '' && left >= 0;

  // Not on touch devices, where focus opens the keyboard and moves the conversation.
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
  return { text, left, canSend, field, change, send };
}

/** What is being written to a chat. Survives leaving the conversation and reloading the page, in this tab. */
function useDraft(meId: UserId, chatId: ChatId): [string, (text: string) => void] {
  const key = `whisper:draft:${meId}:${chatId}`;
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? '');
  const set = (value: string) => {
    setText(value);
    if (value === '') sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  };
  return [text, set];
}

/** Lets a text field grow with its text, where the browser does not by itself. The style sheet bounds it. */
function fitHeight(field: HTMLTextAreaElement | null): void {
  if (!field || CSS.supports('field-sizing', 'content')) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}
