import type { ChatId, UserId } from '@whisper/shared';
import { useState } from 'react';

/** What is being written to a chat. Survives leaving the conversation and reloading the page, in this tab. */
export function useDraft(meId: UserId, chatId: ChatId): [string, (text: string) => void] {
  const key = `whisper:draft:${meId}:${chatId}`;
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? '');
  const set = (value: string) => {
    setText(value);
    if (value === '') sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  };
  return [text, set];
}
