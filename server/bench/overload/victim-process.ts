import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../clock.ts';
import { threadMsOf } from '../cpu.ts';
import { serve } from '../../src/testing/peer.ts';
import { callText, HttpCaller, issueToken, openSocket } from './caller.ts';

export type VictimRequest = {
  readonly port: number;
  /** Each with a chat of theirs. */
  readonly people: readonly (readonly [string, string])[];
  readonly durationMs: number;
  /** Of the server and of its store. */
  readonly pids: readonly [number, number];
};

/** Milliseconds until the answers, and of them what the server's and the store's threads worked meanwhile. */
export type Waits = { readonly p50: number; readonly p99: number; readonly workP99: number };

export type Felt = {
  readonly send: Waits;
  readonly list: Waits;
  readonly livezWorst: number;
  /** What the server's thread worked while the slowest in that respect was waited for. */
  readonly livezWorkWorst: number;
  readonly refused: number;
};

type Rounds = { readonly took: number[]; readonly worked: number[] };

/** A busy person: after each answer they wait this long. */
const pauseMs = 60;

/** People who chat: messages over a socket, and looks at the history over HTTP, each one after the other. */
serve(async ({ port, people, durationMs, pids }: VictimRequest): Promise<Felt> => {
  const [server] = pids;
  const stranger = new HttpCaller(port, undefined);
  let refused = 0;
  const livez = async () => {
    const { status } = await stranger.ask('/livez');
    if (status !== 200) refused += 1;
  };
  const victims = await Promise.all(people.map((person) => openVictim(port, person)));
  const until = performance.now() + durationMs;
  const measuring = { until, workOf: () => threadMsOf(server) + threadMsOf(pids[1]) };
  const [sends, lists, lives] = await Promise.all([
    Promise.all(victims.map(({ send }) => measure(send, measuring))),
    Promise.all(victims.map(({ list }) => measure(list, measuring))),
    measure(livez, { until, workOf: () => threadMsOf(server) }),
  ]);
  for (const victim of victims) refused += victim.close();
  stranger.close();
  const livezWorst = Math.max(...lives.took);
  return {
    send: summarize(sends),
    list: summarize(lists),
    livezWorst,
    livezWorkWorst: Math.max(...lives.worked),
    refused,
  };
});

/** Has sent and read once when it resolves; `close` says how much was refused. */
async function openVictim(port: number, [name, chatId]: readonly [string, string]) {
  const token = await issueToken(port, name);
  const http = new HttpCaller(port, token);
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
  let [refused, lastId] = [0, 0];
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
  const close = () => {
    socket.destroy();
    http.close();
    return refused;
  };
  await send();
  await list();
  return { send, list, close };
}

type Measuring = { readonly until: number; readonly workOf: () => number };

/** What has not come at the end counts as it stands. */
async function measure(round: () => Promise<void>, { until, workOf }: Measuring): Promise<Rounds> {
  const rounds: Rounds = { took: [], worked: [] };
  while (performance.now() < until) {
    const [startedAt, before] = [performance.now(), workOf()];
    await Promise.race([round(), sleep(Math.max(until - startedAt, 0) + 3_000)]);
    rounds.took.push(performance.now() - startedAt);
    rounds.worked.push(workOf() - before);
    await sleep(pauseMs);
  }
  return rounds;
}

function summarize(all: readonly Rounds[]): Waits {
  const took = Float64Array.from(all.flatMap((rounds) => rounds.took)).toSorted();
  const worked = Float64Array.from(all.flatMap((rounds) => rounds.worked)).toSorted();
  return { p50: quantile(took, 0.5), p99: quantile(took, 0.99), workP99: quantile(worked, 0.99) };
}
