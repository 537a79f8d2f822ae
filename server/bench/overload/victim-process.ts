import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../clock.ts';
import { serve } from '../ipc.ts';
import { callText, HttpCaller, issueToken, openSocket } from './caller.ts';

export type VictimRequest = {
  readonly port: number;
  readonly name: string;
  readonly chatId: string;
  readonly durationMs: number;
};

export type Felt = {
  readonly send: { readonly p50: number; readonly p99: number };
  readonly list: { readonly p50: number; readonly p99: number };
  readonly livezWorst: number;
  readonly refused: number;
};

/** A busy person: after each answer they wait this long. */
const pauseMs = 60;

/** Somebody who chats: messages over a socket, and looks at the history over HTTP, each one after the other. */
serve(async ({ port, name, chatId, durationMs }: VictimRequest): Promise<Felt> => {
  const token = await issueToken(port, name);
  const http = new HttpCaller(port, token);
  const stranger = new HttpCaller(port, undefined);
  const answers = new Map<number, (text: string) => void>();
  const socket = await openSocket({
    port,
    token,
    onText(payload) {
      const text = payload.toString();
      const id = Number(/^\{"id":(\d+)/.exec(text)?.[1]);
      answers.get(id)?.(text);
      answers.delete(id);
    },
  });
  let refused = 0;
  let lastId = 0;
  const send = async () => {
    lastId += 1;
    const answer = new Promise<string>((resolve) => answers.set(lastId, resolve));
    socket.send(callText(lastId, 'mutation message.send', { chatId, text: 'hello', clientId: randomUUID() }));
    if ((await answer).includes('"error"')) refused += 1;
  };
  const list = async () => {
    const { status } = await http.query('message.list', { chatId, limit: 30 });
    if (status !== 200) refused += 1;
  };
  const livez = async () => {
    const { status } = await stranger.ask('/livez');
    if (status !== 200) refused += 1;
  };
  await send();
  await list();
  const until = performance.now() + durationMs;
  const [sends, lists, lives] = await Promise.all([
    measure(send, until),
    measure(list, until),
    measure(livez, until),
  ]);
  socket.destroy();
  for (const caller of [http, stranger]) caller.close();
  return { send: summarize(sends), list: summarize(lists), livezWorst: lives.at(-1) ?? Number.NaN, refused };
});

/** Milliseconds of each round, ascending. What has not come at the end counts as it stands. */
async function measure(round: () => Promise<void>, until: number): Promise<Float64Array> {
  const took: number[] = [];
  while (performance.now() < until) {
    const startedAt = performance.now();
    await Promise.race([round(), sleep(Math.max(until - startedAt, 0) + 3_000)]);
    took.push(performance.now() - startedAt);
    await sleep(pauseMs);
  }
  return Float64Array.from(took).toSorted();
}

function summarize(took: Float64Array) {
  return { p50: quantile(took, 0.5), p99: quantile(took, 0.99) };
}
