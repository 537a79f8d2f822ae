import { limits, type ChatId } from '@whisper/shared';
import { useEffect, useRef, useState, type KeyboardEvent, type SyntheticEvent } from 'react';
import { useClient } from '../store/use-client.ts';
import { useDraft } from '../store/use-drafts.ts';
import { Icon } from '../ui/icon.tsx';
import { hasTouchKeyboard, isComposing } from '../ui/keyboard.ts';

type Props = { readonly chatId: ChatId; readonly name: string };

export function Composer({ chatId, name }: Props) {
  const { text, note, isTooLong, canSend, field, change, send } = useComposer(chatId);
  const isTouch = hasTouchKeyboard();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event.nativeEvent)) return;
    if (!isTouch || event.ctrlKey || event.metaKey) send(event);
  };

  return (
    <form className="composer" onSubmit={send}>
      <div className="composer-box">
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          enterKeyHint={isTouch ? 'enter' : 'send'}
          aria-label={name ? `Message to ${name}` : 'Message'}
          aria-describedby={lengthNoteId}
          aria-invalid={isTooLong}
          placeholder="Write a message"
          value={text}
          onChange={(event) => change(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" className="send" aria-label="Send" disabled={!canSend}>
          <Icon name="send" />
        </button>
      </div>
      <p id={lengthNoteId} className="length-note" data-over={isTooLong || undefined} role="status">
        {note}
      </p>
    </form>
  );
}

const lengthNoteId = 'length-note';
/** How many characters before the limit it is mentioned. */
const mentionedFrom = 500;
/** More than this the field does not take: what is typed or pasted beyond the limit can still be cut to it. */
const takenMax = 2 * limits.textLengthMax;

const numbers = new Intl.NumberFormat();

function describeLength(left: number, refused: number): string {
  const room = `A message has room for ${numbers.format(limits.textLengthMax)} characters`;
  if (refused > 0) return `${room}; with what you added it would have ${numbers.format(refused)}.`;
  if (left < 0) return `${numbers.format(-left)} characters too many`;
  return left < mentionedFrom ? `${left} characters left` : '';
}

/** A message being written: its text, whether it may go out, and its way there. */
function useComposer(chatId: ChatId) {
  const { store } = useClient().client;
  const [text, setText] = useDraft(chatId);
  const [refused, setRefused] = useState(0);
  const field = useRef<HTMLTextAreaElement>(null);
  const left = limits.textLengthMax - text.trim().length;
  const canSend = text.trim() !== '' && left >= 0;

  // Not with a touch keyboard, which would open and move the conversation.
  useEffect(() => {
    if (!hasTouchKeyboard()) field.current?.focus();
  }, []);
  useEffect(() => fitHeight(field.current), [text]);
  useEffect(() => refuseLong(field.current, setRefused), []);

  const change = (value: string) => {
    setRefused(0);
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
  const note = describeLength(left, refused);
  return { text, note, isTooLong: left < 0 || refused > 0, canSend, field, change, send };
}

/**
 * Keeps far too long a text out of a field before it is laid out, which takes browsers seconds for a million
 * characters without a break. Tells how long the text would have been.
 */
function refuseLong(field: HTMLTextAreaElement | null, onRefused: (length: number) => void): () => void {
  const onBeforeInput = (event: InputEvent) => {
    if (!field) return;
    const added = event.data ?? event.dataTransfer?.getData('text/plain') ?? '';
    const length = field.value.length - (field.selectionEnd - field.selectionStart) + added.length;
    if (added === '' || length <= takenMax) return;
    event.preventDefault();
    onRefused(length);
  };
  field?.addEventListener('beforeinput', onBeforeInput);
  return () => field?.removeEventListener('beforeinput', onBeforeInput);
}

/** Lets a text field grow with its text, where the browser does not by itself. The style sheet bounds it. */
function fitHeight(field: HTMLTextAreaElement | null): void {
  if (!field || CSS.supports('field-sizing', 'content')) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}
