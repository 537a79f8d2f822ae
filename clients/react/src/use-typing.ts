import type { ChatId, UserId } from '@whisper/shared';
import { useMemo } from 'react';
import { useStore } from './use-store.ts';
import { useClient } from './whisper-provider.tsx';

/** Who writes in a chat. The same object until somebody begins or stops. */
export type Typing = {
  /** The others who are typing. */
  readonly typing: readonly UserId[];
  /** To be called on every key; it tells the server no more than needed and stops by itself after a pause. */
  readonly setTyping: (isTyping: boolean) => void;
};

const nobody: readonly UserId[] = [];

/** Who is typing in a chat, and how the others hear of me. */
export function useTyping(chatId: ChatId): Typing {
  const store = useClient()?.store;
  const typing = useStore((snapshot) => snapshot.typing.get(chatId)) ?? nobody;
  return useMemo(
    () => ({ typing, setTyping: (isTyping) => store?.setTyping(chatId, isTyping) }),
    [store, chatId, typing],
  );
}
