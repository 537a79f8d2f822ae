import type { Chat, ChatId, Message } from '@whisper/shared';
import { useEffect, useRef, useState } from 'react';
import { appUrl } from '../routing/app-url.ts';
import { chatPath } from '../routing/route.ts';
import type { Order } from '../service-worker/orders.ts';
import { isWanted, joinPush, permissionNow } from '../push/own-browser.ts';
import { isMuted } from '../store/muted.ts';
import { useClient, useStore } from '../store/use-client.ts';
import { useNews } from './news.ts';

const bodyLengthMax = 200;

/** Tells the device of new messages while nobody looks at the app, and takes that back when they are read. */
export function useNotifications(): void {
  const { notes } = useClient();
  const chats = useStore((snapshot) => snapshot.chats);
  useNews((messages) => {
    if (!isWanted(notes)) return;
    for (const message of messages) {
      const chat = chats.find(({ id }) => id === message.chatId);
      if (chat && !isMuted(chat)) void order(toNotice(message, chat));
    }
  });
  const unread = useRef<ReadonlySet<ChatId>>(new Set());
  useEffect(() => {
    const now = new Set(chats.filter((chat) => chat.unread > 0).map(({ id }) => id));
    for (const chatId of unread.current) if (!now.has(chatId)) void order({ type: 'seen', chatId });
    unread.current = now;
  }, [chats]);
}

function toNotice({ chatId, seq, sender, text }: Message, chat: Chat): Order {
  const url = new URL(chatPath(chatId), appUrl).href;
  const title = chat.kind === 'group' ? `${sender.name} in ${chat.name}` : sender.name;
  return { type: 'notify', chatId, seq, url, title, body: text.slice(0, bodyLengthMax) };
}

async function order(what: Order): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration(appUrl.pathname);
  registration?.active?.postMessage(what);
}

const refusal = 'whisper:notifications';

/** Offers notifications, once somebody has written and so may wait for an answer. */
export function NotificationOffer() {
  const { client, notes } = useClient();
  const [permission, setPermission] = useState(permissionNow);
  const [isRefused, setIsRefused] = useState(() => notes.get(refusal) !== '');
  const hasWritten = useHasWritten();
  if (permission !== 'default' || isRefused || !hasWritten) return null;
  const allow = async () => {
    const allowed = await Notification.requestPermission();
    setPermission(allowed);
    if (allowed === 'granted') await joinPush(client);
  };
  const refuse = () => {
    notes.set(refusal, 'no');
    setIsRefused(true);
  };
  return (
    <aside className="offer" aria-label="Notifications">
      <p>Hear of answers while you look elsewhere?</p>
      <div className="button-row">
        <button type="button" className="text-button" onClick={() => void allow()}>
          Turn on notifications
        </button>
        <button type="button" className="text-button soft" onClick={refuse}>
          Not now
        </button>
      </div>
    </aside>
  );
}

/** Since the page was opened. */
function useHasWritten(): boolean {
  const isWriting = useStore(({ outbox }) => outbox.length > 0);
  const [hasWritten, setHasWritten] = useState(false);
  useEffect(() => {
    if (isWriting) setHasWritten(true);
  }, [isWriting]);
  return hasWritten;
}
