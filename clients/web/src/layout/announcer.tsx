import type { Message } from '@whisper/shared';
import { useState } from 'react';
import { useNews } from './news.ts';

/** Announces new messages of others to screen readers, in every chat. */
export function Announcer() {
  const [news, setNews] = useState('');
  useNews((messages) => setNews(speak(messages)));

  return (
    <div className="hidden" role="log" aria-live="polite" aria-label="New messages">
      {news && <p key={news}>{news}</p>}
    </div>
  );
}

const spokenLengthMax = 200;

export function speak(messages: readonly Message[]): string {
  return messages.map(({ sender, text }) => `${sender.name}: ${text.slice(0, spokenLengthMax)}`).join('. ');
}
