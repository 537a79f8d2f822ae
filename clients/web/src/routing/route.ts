import { ChatIdSchema, InviteCodeSchema, type ChatId } from '@whisper/shared';
import { useMemo, useSyncExternalStore } from 'react';
import { appUrl } from './app-url.ts';

export type Route =
  | { readonly page: 'home' }
  | { readonly page: 'chat'; readonly chatId: ChatId }
  | { readonly page: 'join'; readonly code: string }
  | { readonly page: 'missing' };

export const homePath = appUrl.pathname;
export const chatPath = (chatId: ChatId): string => `${homePath}chats/${chatId}`;

export function parsePath(path: string): Route {
  if (path === homePath) return { page: 'home' };
  const below = path.startsWith(homePath) ? path.slice(homePath.length) : '';
  const code = InviteCodeSchema.safeParse(/^join\/([^/]+)\/?$/.exec(below)?.[1]);
  if (code.success) return { page: 'join', code: code.data };
  const id = ChatIdSchema.safeParse(/^chats\/([^/]+)\/?$/.exec(below)?.[1]);
  return id.success ? { page: 'chat', chatId: id.data } : { page: 'missing' };
}

/** Where the address bar says that we are. */
export function useRoute(): Route {
  const path = useSyncExternalStore(subscribe, () => location.pathname);
  return useMemo(() => parsePath(path), [path]);
}

export function navigate(path: string): void {
  if (path === location.pathname) return;
  history.pushState({ isFromHome: location.pathname === homePath }, '', path);
  announceChange();
}

/** To the list: one step back when that is where it came from, so that Back and the back button agree. */
export function goHome(): void {
  if (location.pathname === homePath) return;
  const state: unknown = history.state;
  const isFromHome = typeof state === 'object' && state !== null && 'isFromHome' in state && state.isFromHome;
  if (isFromHome) return history.back();
  history.replaceState(null, '', homePath);
  announceChange();
}

function announceChange(): void {
  dispatchEvent(new PopStateEvent('popstate'));
}

function subscribe(listener: () => void): () => void {
  addEventListener('popstate', listener);
  return () => removeEventListener('popstate', listener);
}
