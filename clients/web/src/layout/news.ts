import type { Chat, Message, UserId } from '@whisper/shared';
import { useEffect, useRef } from 'react';
import { useStore } from '../store/use-client.ts';

/** Calls with what others wrote in any chat, as it comes in; not with what was there before. */
export function useNews(onNews: (messages: readonly Message[]) => void): void {
  const chats = useStore((snapshot) => snapshot.chats);
  const isSynced = useStore((snapshot) => snapshot.isSynced);
  const meId = useStore((snapshot) => snapshot.me?.id);
  const known = useRef<typeof chats | null>(null);
  useEffect(() => {
    if (!isSynced) return;
    const found = known.current ? findNews(known.current, chats, meId) : [];
    known.current = chats;
    if (found.length > 0) onNews(found);
  }, [chats, isSynced, meId]);
}

/** The newest message of each chat in which others wrote between two states of the list. */
export function findNews(
  before: readonly Chat[],
  after: readonly Chat[],
  meId: UserId | undefined,
): Message[] {
  const seqs = new Map(before.map((chat) => [chat.id, chat.lastMessage?.seq ?? 0]));
  return after
    .flatMap(({ lastMessage }) => lastMessage ?? [])
    .filter(({ chatId, seq }) => seq > (seqs.get(chatId) ?? 0))
    .filter(({ sender, kind, deletedAt }) => sender.id !== meId && kind === 'text' && deletedAt === null);
}
