import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { batchPath, callText, HttpCaller, issueToken, openSocket } from './caller.ts';

/** What an attack has to work with. The chats hold long texts and belong to people of the same names. */
export type Ground = { readonly port: number; readonly chats: readonly (readonly [string, string])[] };

/** Goes on until `isOver`; lets go of everything it holds. */
type Attack = (ground: Ground, isOver: () => boolean) => Promise<void>;

export const attacks = {
  nobody: async () => undefined,
  '1 reader, search': readers(1, () => batchPath('user.list', 50, { query: 'zz' })),
  '1 reader, history': readers(1, (chatId) => batchPath('message.list', 50, { chatId, limit: 100 })),
  '1 reader, changes': readers(1, (chatId) =>
    batchPath('message.changes', 50, { chatId, afterRev: 0, limit: 500 }),
  ),
  '1 reader, old REST': readers(1, (chatId) => `/api/messages/chat/${chatId}`),
  '10 readers, history': readers(10, (chatId) => batchPath('message.list', 50, { chatId, limit: 100 })),
  '1 sender, flood': floodSends,
  '3,000 idle sockets': (ground, isOver) => holdSockets(ground, isOver, 3_000),
  '300 sockets come and go': comeAndGo,
  'slow readers, HTTP and REST': slowReadersHttp,
  'slow readers, WebSocket': slowReadersWs,
  'slow readers, SSE': slowReadersSse,
  'slow writers': slowWriters,
  'frames of strangers': hostileFrames,
} as const satisfies Record<string, Attack>;

export type AttackName = keyof typeof attacks;

/** People who ask again at once, each on six connections. */
function readers(count: number, pathOf: (chatId: string) => string): Attack {
  return async ({ port, chats }, isOver) => {
    const running = chats.slice(0, count).map(async ([name, chatId]) => {
      const caller = new HttpCaller(port, await issueToken(port, name));
      const path = pathOf(chatId);
      const askOn = async () => {
        while (!isOver()) await caller.ask(path);
      };
      await Promise.race([Promise.all(Array.from({ length: 6 }, askOn)), untilOver(isOver)]);
      caller.close();
    });
    await Promise.all(running);
  };
}

async function untilOver(isOver: () => boolean): Promise<void> {
  while (!isOver()) await sleep(20);
}

/** A hundred sends in flight over a socket, the next as soon as one is answered, refused or not. */
async function floodSends({ port, chats: [first] }: Ground, isOver: () => boolean): Promise<void> {
  const [name = '', chatId = ''] = first ?? [];
  let id = 0;
  const sendNext = () => {
    id += 1;
    socket.send(callText(id, 'mutation message.send', { chatId, text: 'flood', clientId: randomUUID() }));
  };
  const token = await issueToken(port, name);
  const socket = await openSocket({ port, token, onText: () => void (isOver() || sendNext()) });
  for (let n = 0; n < 100; n += 1) sendNext();
  await untilOver(isOver);
  socket.destroy();
}

const followAll = callText(1, 'subscription message.onEvent', {});

/** Tokens of so many people: made beforehand, because making them is work for the server too. */
async function issueTokens(port: number, count: number): Promise<string[]> {
  const tokens: string[] = [];
  while (tokens.length < count) {
    const names = Array.from({ length: 50 }, (_, n) => `idle${tokens.length + n}`);
    tokens.push(...(await Promise.all(names.map((name) => issueToken(port, name)))));
  }
  return tokens;
}

async function openAndFollow(port: number, token: string) {
  const socket = await openSocket({ port, token });
  socket.send(followAll);
  return socket;
}

async function holdSockets({ port }: Ground, isOver: () => boolean, count: number): Promise<void> {
  const sockets: { destroy(): void }[] = [];
  while (sockets.length < count && !isOver()) {
    const names = Array.from({ length: 50 }, (_, n) => `idle${sockets.length + n}`);
    const open = async (name: string) => openAndFollow(port, await issueToken(port, name));
    sockets.push(...(await Promise.all(names.map(open))));
  }
  await holdUntilOver(sockets, isOver);
}

/** All of them at once, every second. */
async function comeAndGo({ port }: Ground, isOver: () => boolean): Promise<void> {
  const tokens = await issueTokens(port, 300);
  while (!isOver()) {
    const sockets = await Promise.all(tokens.map((token) => openAndFollow(port, token)));
    await sleep(1_000);
    for (const socket of sockets) socket.destroy();
  }
}

/** Connections that ask and never read. */
function askAndNeverRead(port: number, text: string): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  socket.pause();
  socket.write(text);
  return socket;
}

async function holdUntilOver(sockets: readonly { destroy(): void }[], isOver: () => boolean): Promise<void> {
  await untilOver(isOver);
  for (const socket of sockets) socket.destroy();
}

async function slowReadersHttp({ port, chats: [first] }: Ground, isOver: () => boolean): Promise<void> {
  const [name = '', chatId = ''] = first ?? [];
  const token = await issueToken(port, name);
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  const old = get(`/api/messages/chat/${chatId}`);
  const batch = get(batchPath('message.list', 50, { chatId, limit: 100 }));
  const asked = [
    ...Array.from({ length: 20 }, () => old),
    ...Array.from({ length: 20 }, () => batch),
    old.repeat(12),
  ];
  await holdUntilOver(
    asked.map((text) => askAndNeverRead(port, text)),
    isOver,
  );
}

async function slowReadersWs({ port, chats: [first] }: Ground, isOver: () => boolean): Promise<void> {
  const [name = '', chatId = ''] = first ?? [];
  const sockets = await Promise.all(
    Array.from({ length: 6 }, async () => openSocket({ port, token: await issueToken(port, name) })),
  );
  for (const socket of sockets) {
    socket.stopReading();
    for (let id = 1; id <= 100; id += 1)
      socket.send(callText(id, 'query message.list', { chatId, limit: 100 }));
  }
  await holdUntilOver(sockets, isOver);
}

/** Resumes from the beginning of a chat of long texts, again and again. */
async function slowReadersSse({ port, chats: [first] }: Ground, isOver: () => boolean): Promise<void> {
  const [name = '', chatId = ''] = first ?? [];
  const token = await issueToken(port, name);
  const input = encodeURIComponent(JSON.stringify({ json: { chatId, lastEventId: '0' } }));
  const params = encodeURIComponent(JSON.stringify({ token }));
  const path = `/trpc/message.onEvent?input=${input}&connectionParams=${params}`;
  const text = `GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n`;
  await holdUntilOver(
    Array.from({ length: 20 }, () => askAndNeverRead(port, text)),
    isOver,
  );
}

/** Heads, bodies, polls and frames, a byte at a time, of people and of strangers. */
async function slowWriters({ port, chats: [first] }: Ground, isOver: () => boolean): Promise<void> {
  const [name = ''] = first ?? [];
  const token = await issueToken(port, name);
  const post = `POST /trpc/message.send HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 200000\r\n`;
  const starts = [
    'GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ',
    `${post}\r\n[`,
    `${post}Authorization: Bearer ${token}\r\n\r\n[`,
    'POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n4',
  ];
  const sockets = starts.flatMap((start) =>
    Array.from({ length: 250 }, () => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      socket.write(start);
      return socket;
    }),
  );
  while (!isOver()) {
    for (const socket of sockets) if (!socket.destroyed) socket.write('x');
    await sleep(100);
  }
  for (const socket of sockets) socket.destroy();
}

/** What took 0.1.0 three seconds each, without signing in. */
async function hostileFrames({ port }: Ground, isOver: () => boolean): Promise<void> {
  const paths = Array.from({ length: 17_000 }, () => '39999');
  const meta = { v: 1, values: ['set'], referentialEqualities: { 39_999: paths } };
  const input = { json: Array.from({ length: 40_000 }, () => ({})), meta };
  const frame = JSON.stringify({ id: 1, method: 'query', params: { path: 'user.list', input } });
  while (!isOver()) {
    const socket = await Promise.race([openSocket({ port }), sleep(1_000)]);
    socket?.send(frame);
    await sleep(200);
    socket?.destroy();
  }
}
