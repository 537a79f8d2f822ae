import type { Chat, UserId } from '@whisper/shared';
import { useEffect, useRef, useState } from 'react';
import { useStore } from '../store/use-client.ts';

/** Announces new messages of others to screen readers, in every chat. */
export function Announcer() {
  const chats = useStore((snapshot) => snapshot.chats);
  const isSynced = useStore((snapshot) => snapshot.isSynced);
  const meId = useStore((snapshot) => snapshot.me?.id);
  const known = useRef<typeof chats | null>(null);
  const [news, setNews] = useState('');
  useEffect(() => {
    if (!isSynced) return;
    const found = known.current && findNews(known.current, chats, meId);
    known.current = chats;
    if (found) setNews(found);
  }, [chats, isSynced, meId]);

  return (
    <div className="hidden" role="log" aria-live="polite" aria-label="New messages">
      {news && <p key={news}>{news}</p>}
    </div>
  );
}

const spokenLengthMax = 200;

/** What others wrote between two states of the chat list, as it is spoken; empty when nothing. */
export function findNews(before: readonly Chat[], after: readonly Chat[], meId: UserId | undefined): string {
  const seqs = new Map(before.map((chat) => [chat.id, chat.lastMessage?.seq ?? 0]));
  return after
    .map(({ id, lastMessage }) => (lastMessage && lastMessage.seq > (seqs.get(id) ?? 0) ? lastMessage : null))
    .filter((message) => message !== null && message.sender.id !== meId && message.deletedAt === null)
    .map((message) => `${message?.sender.name}: ${message?.text.slice(0, spokenLengthMax)}`)
    .join('. ');
}
