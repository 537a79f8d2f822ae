import { useEffect, useRef, useState } from 'react';
import { useStore } from '../store/use-store.ts';
import { findNews } from './find-news.ts';

/** Tells a screen reader what others write, in whichever chat, and nothing of what was there before. */
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
