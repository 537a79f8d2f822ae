import { messagesOf } from '@whisper/client';
import { describeSeconds, type Chat } from '@whisper/shared';
import { useEffect, useState } from 'react';
import { manages } from '../group/use-group-act.ts';
import { useStore } from '../store/use-client.ts';

/** Says how often one may write in a group with slow mode, and when again. What is written earlier waits and is sent then. */
export function SlowModeLine({ chat }: { readonly chat: Chat | undefined }) {
  const seconds = chat?.kind === 'group' && !manages(chat.myRole) ? (chat.slowModeSeconds ?? 0) : 0;
  const left = useSecondsLeft(chat, seconds);
  if (seconds === 0) return null;
  return (
    <p className="slow-mode-line" role="status">
      {left > 0
        ? `Slow mode: your next message is sent in ${left} s`
        : `Slow mode: one message in ${describeSeconds(seconds)}`}
    </p>
  );
}

function useSecondsLeft(chat: Chat | undefined, seconds: number): number {
  const view = useStore(({ open }) => (chat ? open.get(chat.id) : undefined));
  const meId = useStore(({ me }) => me?.id);
  const [now, setNow] = useState(Date.now);
  const mine = messagesOf(view).findLast(({ sender, kind }) => sender.id === meId && kind === 'text');
  const until = mine && seconds > 0 ? mine.createdAt.getTime() + seconds * 1_000 : 0;
  const left = Math.max(0, Math.ceil((until - now) / 1_000));
  useEffect(() => {
    if (until <= Date.now()) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [until, left]);
  return left;
}
