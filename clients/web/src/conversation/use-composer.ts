import { messagesOf, type ChatSnapshot } from '@whisper/client';
import { limits, type ChatId, type Message } from '@whisper/shared';
import { useEffect, useRef, useState, type SyntheticEvent } from 'react';
import type { AttachedFiles } from '../files/use-attached.ts';
import { useClient } from '../store/use-client.ts';
import { useDraft } from '../store/use-drafts.ts';
import { hasTouchKeyboard } from '../ui/keyboard.ts';
import { useActs, type Mode } from './acts.ts';
import { mentionedIn, type Person } from './mentions.ts';
import { fitHeight, insertInto, refuseLong } from './text-field.ts';

/** How many characters before the limit it is mentioned. */
const mentionedFrom = 500;

const numbers = new Intl.NumberFormat();

function describeLength(left: number, refused: number): string {
  const room = `A message has room for ${numbers.format(limits.textLengthMax)} characters`;
  if (refused > 0) return `${room}; with what you added it would have ${numbers.format(refused)}.`;
  if (left < 0) return `${numbers.format(-left)} characters too many`;
  return left < mentionedFrom ? `${left} characters left` : '';
}

type Written = { readonly chatId: ChatId; readonly mode: Mode | null };
type Options = Written & { readonly people: readonly Person[]; readonly attached: AttachedFiles };

/** A message being written: its text, whether it may go out, and its way there. */
export function useComposer({ chatId, mode, people, attached }: Options) {
  const { store } = useClient().client;
  const { edit, setMode } = useActs();
  const [text, setText] = useText({ chatId, mode });
  const [refused, setRefused] = useState(0);
  const field = useField({ text, mode, onRefused: setRefused });
  const left = limits.textLengthMax - text.trim().length;
  const files = mode?.type === 'edit' ? mode.message.attachments : attached.uploads;
  const canSend = (text.trim() !== '' || files.length > 0) && left >= 0;

  const change = (value: string) => {
    setRefused(0);
    setText(value);
    if (mode?.type !== 'edit') store.setTyping(chatId, value.trim() !== '');
  };
  const insert = (added: string) => change(insertInto(field.current, added) ?? text);
  const leave = () => {
    setRefused(0);
    setMode(null);
    field.current?.focus();
  };
  const send = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!canSend) return;
    if (mode?.type === 'edit') {
      if (text.trim() !== mode.message.text) store.edit(mode.message, text);
    } else {
      const mentions = mentionedIn(text, people);
      store.send(chatId, text, {
        files: attached.take(),
        ...(mode && { replyTo: mode.message.id }),
        ...(mentions.length > 0 && { mentions }),
      });
      setText('');
    }
    leave();
  };
  /** Answers whether there is one. */
  const editLast = (): boolean => {
    const last = findLastOwn(store.getSnapshot(), chatId);
    if (last) edit(last);
    return last !== undefined;
  };
  const note = describeLength(left, refused);
  const isTooLong = left < 0 || refused > 0;
  return { text, note, isTooLong, canSend, field, change, insert, send, leave, editLast };
}

function findLastOwn({ me, open }: ChatSnapshot, chatId: ChatId): Message | undefined {
  return messagesOf(open.get(chatId)).findLast(
    ({ sender, kind, deletedAt }) => sender.id === me?.id && kind === 'text' && deletedAt === null,
  );
}

/** What the field holds: the text of the edit, or the draft, which an edit leaves as it is. */
function useText({ chatId, mode }: Written): [text: string, set: (text: string) => void] {
  const { setMode } = useActs();
  const [draft, setDraft] = useDraft(chatId);
  return mode?.type === 'edit' ? [mode.text, (text) => setMode({ ...mode, text })] : [draft, setDraft];
}

type FieldOptions = {
  readonly text: string;
  readonly mode: Mode | null;
  readonly onRefused: (length: number) => void;
};

function useField({ text, mode, onRefused }: FieldOptions) {
  const field = useRef<HTMLTextAreaElement>(null);
  // Not with a touch keyboard, which would open and move the conversation.
  useEffect(() => {
    if (!hasTouchKeyboard()) field.current?.focus();
  }, []);
  useEffect(() => {
    if (mode === null) return;
    field.current?.focus();
    field.current?.setSelectionRange(field.current.value.length, field.current.value.length);
  }, [mode?.type, mode?.message.id]);
  useEffect(() => fitHeight(field.current), [text]);
  useEffect(() => refuseLong(field.current, onRefused), []);
  return field;
}
