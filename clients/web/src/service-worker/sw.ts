import type { Order } from './orders.ts';
import { pageFor, planFor } from './plan.ts';
import { readPush } from './read-push.ts';

/**
 * Keeps the shell of the app, so that it opens without a network: the pages, scripts and styles, and nothing of anybody's
 * chats. Pages are asked for first and taken from here only when nobody answers, so an update is never behind an old worker.
 */
declare const self: ServiceWorkerGlobalScope;

/** What the bundle consists of; filled in when it is built. */
declare const bundledFiles: readonly string[];

/** A bundle's cache has this name and the names of its files, with commas between. */
const prefix = 'whisper-shell:';
const scope = new URL(self.registration.scope);
/** Another bundle has other names in it, and so another cache. */
const cacheName = `${prefix}${bundledFiles.join()}`;
/** The last one is kept too: a tab that is still open may ask for a part of it. */
const cachesKept = 2;
/** Whoever asks, with whatever headers, gets the one answer there is. */
const asStored = { ignoreVary: true };
const pageTimeoutMs = 4_000;
/** One for each depth that an address of the app has, because what a page loads lies as many folders up. */
const pages = [pageFor(0), pageFor(1)];

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(cacheName)
      .then(async (cache) => {
        const requests = pages.map((path) => new Request(new URL(path, scope), { cache: 'reload' }));
        await cache.addAll([...requests, ...bundledFiles.map((path) => new URL(path, scope).href)]);
      })
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOldCaches().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const plan = planFor(request, scope);
  switch (plan.type) {
    case 'network':
      return;
    case 'page':
      return event.respondWith(answerPage(request, plan.path));
    case 'file':
      return event.respondWith(answerFile(request));
  }
  return plan satisfies never;
});

self.addEventListener('message', (event) => {
  const order: Order = event.data;
  switch (order.type) {
    case 'notify':
      return event.waitUntil(notify(order));
    case 'seen':
      return event.waitUntil(closeNotices(order.chatId));
  }
  return order satisfies never;
});

self.addEventListener('push', (event) => {
  event.waitUntil(tellPush(event.data?.text() ?? ''));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { url }: { url: string } = event.notification.data;
  event.waitUntil(showPage(url));
});

async function dropOldCaches(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== cacheName);
  await Promise.all(names.slice(0, names.length - cachesKept + 1).map((name) => caches.delete(name)));
}

async function answerPage(request: Request, path: string): Promise<Response> {
  const kept = async () => (await caches.open(cacheName)).match(new URL(path, scope), asStored);
  const late = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), pageTimeoutMs));
  const asked = fetch(request);
  const answer = await Promise.race([asked.catch(() => undefined), late]);
  // A proxy in front of a server that is down answers with an error of its own.
  if (answer && answer.status < 500) return answer;
  return (await kept()) ?? asked;
}

/** The names of these files change with their content. */
async function answerFile(request: Request): Promise<Response> {
  return (await caches.match(request, asStored)) ?? fetch(request);
}

/** What this worker told of, by chat: a notice that was put away already is not shown again by whoever tells of it later. */
const told = new Map<string, number>();

/** Several windows may tell of the same message, and the server. */
async function notify({ chatId, seq, url, title, body }: Extract<Order, { type: 'notify' }>): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window' });
  const shown = await self.registration.getNotifications({ tag: chatId });
  if (windows.some(({ focused }) => focused) || shown.some(({ data }) => data.seq >= seq)) return;
  if ((told.get(chatId) ?? 0) >= seq) return;
  told.set(chatId, seq);
  const icon = new URL('icons/192.png', scope).href;
  const badge = new URL('icons/badge-96.png', scope).href;
  const options = { body, tag: chatId, renotify: true, data: { url, seq }, icon, badge };
  await self.registration.showNotification(title, options);
}

/** A browser wants something to be shown for every push, also for one that cannot be read. */
async function tellPush(text: string): Promise<void> {
  const push = readPush(text);
  if (!push)
    return self.registration.showNotification('Whisper', { body: 'New message', data: { url: scope.href } });
  const { badge, ...news } = push;
  // Browsers without it, and apps that are not installed, refuse.
  await self.navigator.setAppBadge?.(badge).catch(() => undefined);
  await notify({ type: 'notify', ...news, url: new URL(`chats/${push.chatId}`, scope).href });
}

async function closeNotices(chatId: string): Promise<void> {
  for (const notice of await self.registration.getNotifications({ tag: chatId })) notice.close();
}

/** In the window that is there already, or in a new one. */
async function showPage(url: string): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window' });
  const [window] = windows.toSorted((one, other) => Number(other.focused) - Number(one.focused));
  if (!window) return void (await self.clients.openWindow(url));
  // A browser that does not let it come to the front shows the chat behind.
  await window.focus().catch(() => undefined);
  window.postMessage({ type: 'open', path: new URL(url).pathname });
}
