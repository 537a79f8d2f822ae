import fc from 'fast-check';
import { Agent } from 'node:http';
import WebSocket from 'ws';
import { LegacyTestSocket } from '../../src/testing/legacy/legacy-socket.ts';
import { sendRequest } from '../send-request.ts';
import { hostileEvents, hostileFrames, hostileRequests, type Targets } from './hostile.ts';

type Attack = {
  readonly url: string;
  readonly token: string;
  readonly targets: Targets;
  /** How many payloads, over all wires. */
  readonly count: number;
  readonly seed: number;
};

/** What the attacker saw: every event, answer and body, as text. */
export type Spoils = {
  readonly sent: Record<string, number>;
  readonly seen: string[];
  readonly statuses: Map<number, number>;
};

/** One part in ten goes out as raw frames, two as REST requests, the rest as events over both transports. */
export async function attack(options: Attack): Promise<Spoils> {
  const spoils: Spoils = { sent: {}, seen: [], statuses: new Map() };
  const tenth = Math.floor(options.count / 10);
  await emitEvents({ ...options, count: 4 * tenth, transport: 'websocket' }, spoils);
  await emitEvents({ ...options, count: 3 * tenth, seed: options.seed + 1, transport: 'polling' }, spoils);
  await sendRequests({ ...options, count: 2 * tenth }, spoils);
  await sendFrames({ ...options, count: options.count - 9 * tenth }, spoils);
  return spoils;
}

async function emitEvents(
  { url, token, targets, count, seed, transport }: Attack & { readonly transport: 'polling' | 'websocket' },
  { sent, seen }: Spoils,
): Promise<void> {
  const events = fc.sample(hostileEvents(targets), { numRuns: count, seed });
  const socket = await LegacyTestSocket.open(url, { token }, { transports: [transport] });
  const note = (...args: unknown[]) => void seen.push(JSON.stringify(args));
  socket.client.onAny(note);
  for (const [index, { name, args }] of events.entries()) {
    socket.client.emit(name, ...args, note);
    if (index % 25 === 24) await settle(socket);
  }
  await settle(socket);
  socket.close();
  sent[`events over ${transport}`] = events.length;
}

/** A frame that was too large has closed the socket, which comes back by itself. */
async function settle(socket: LegacyTestSocket): Promise<void> {
  for (;;) {
    const answered = await socket.client
      .timeout(5_000)
      .emitWithAck('leave-chat', 'none')
      .then(
        () => true,
        () => false,
      );
    if (answered) return;
    if (!socket.client.active) socket.client.connect();
  }
}

async function sendRequests({ url, token, targets, count, seed }: Attack, spoils: Spoils): Promise<void> {
  const requests = fc.sample(hostileRequests(targets, token), { numRuns: count, seed });
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  for (let start = 0; start < requests.length; start += 20) {
    const batch = requests.slice(start, start + 20);
    for (const { status, text } of await Promise.all(batch.map((each) => sendRequest(url, agent, each)))) {
      spoils.statuses.set(status, (spoils.statuses.get(status) ?? 0) + 1);
      spoils.seen.push(text);
    }
  }
  agent.destroy();
  spoils.sent['REST requests'] = requests.length;
}

async function sendFrames({ url, token, targets, count, seed }: Attack, spoils: Spoils): Promise<void> {
  const frames = fc.sample(hostileFrames(targets), { numRuns: count, seed });
  let socket: WebSocket | undefined;
  for (const [index, frame] of frames.entries()) {
    if (socket?.readyState !== WebSocket.OPEN) socket = await openRaw({ url, token }, spoils);
    socket.send(frame);
    if (index % 10 === 9) await new Promise(setImmediate);
  }
  socket?.terminate();
  spoils.sent['raw frames'] = frames.length;
}

async function openRaw({ url, token }: Pick<Attack, 'url' | 'token'>, { seen }: Spoils): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  socket.on('message', (data: Buffer) => seen.push(data.toString()));
  socket.on('error', (error) => seen.push(error.message));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(`40${JSON.stringify({ token })}`);
  await new Promise((resolve) => {
    socket.on('message', (data: Buffer) => data.toString().startsWith('4') && resolve(undefined));
    socket.once('close', resolve);
  });
  return socket;
}
