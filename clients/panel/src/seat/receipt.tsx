import { receiptOf } from '@whisper/client';
import { faceOf, type Chat } from '@whisper/shared';
import { useEffect, useState } from 'react';
import { isRecord, type Outcome } from '../api/outcome.ts';
import type { Session } from '../api/session.ts';

/** A message of this seat in a chat. */
export type Sent = { readonly chatId: string; readonly seq: number };

/** The message that a call answered with, when it is this person's own. */
export function sentIn({ result }: Outcome, myId: string | null): Sent | null {
  if (!result.ok || !isRecord(result.data)) return null;
  const { kind, chatId, seq, sender } = result.data;
  if (kind !== 'text' || typeof chatId !== 'string' || typeof seq !== 'number') return null;
  return isRecord(sender) && sender['id'] === myId ? { chatId, seq } : null;
}

type Props = Sent & { readonly session: Session };

/** How far a message has come, as it goes on; nothing in a group that is too large for that. */
export function Receipt({ session, chatId, seq }: Props) {
  const chat = useLiveChat(session, chatId);
  if (!chat || (chat.kind === 'group' && !chat.marks)) return null;
  const receipt = receiptOf(chat, { seq });
  return (
    <p className="note" role="status" aria-label="Receipt">
      Message {seq} was <span className="pill pill-ok">{receipt}</span> {receipt === 'read' ? 'by' : 'to'}{' '}
      {chat.kind === 'direct' ? faceOf(chat).name : 'everybody'}
    </p>
  );
}

/** The chat as it is, asked for again at whatever happens to one's chats. */
function useLiveChat(session: Session, chatId: string): Chat | null {
  const [chat, setChat] = useState<Chat | null>(null);
  useEffect(() => {
    let latest = 0;
    const stream = session.watch({ path: 'chat.onChange', input: {}, isTracked: true, isHidden: true });
    const refresh = async () => {
      latest += 1;
      const mine = latest;
      const answer = await session.api.chat.get.query({ chatId }).catch(() => null);
      // An answer that a later one has overtaken would show a mark going back.
      if (answer && mine === latest) setChat(answer);
    };
    const stop = stream.state.subscribe(() => {
      if (stream.state.getSnapshot().status === 'live') void refresh();
    });
    return () => {
      latest += 1;
      stop();
      session.dismiss(stream);
    };
  }, [session, chatId]);
  return chat;
}
