import { limits, type ChatId, type UserId } from '@whisper/shared';
import { useEffect, useRef, type SyntheticEvent } from 'react';
import { useClient } from '../store/client-context.ts';
import { fitHeight } from './fit-height.ts';
import { useDraft } from './use-draft.ts';

type Place = { readonly chatId: ChatId; readonly meId: UserId };

/** A message being written: its text, whether it may go out, and its way there. */
export function useComposer({ chatId, meId }: Place) {
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
  return { text, left, canSend, field, change, send };
}
