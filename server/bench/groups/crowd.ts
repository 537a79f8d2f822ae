import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ageUs, nowUs, quantile, stampedText } from '../clock.ts';
import { issueToken } from '../issue-token.ts';
import type { LeanSocket } from '../lean-socket.ts';
import { connectPerson } from '../nodes/person.ts';
import { TrpcCaller } from '../trpc-caller.ts';
import { cpuUsOf, type Bench } from './bench.ts';

const turns = 12;
const gapMs = 40;
const openingMax = 50;

type Gathering = { readonly name: string; readonly isOnAllChats: boolean };

/** A group as large as one may be, with everybody in it listening. */
export class Crowd {
  readonly #bench: Bench;
  readonly #owner: TrpcCaller;
  readonly #chatId: string;
  readonly #sockets: LeanSocket[] = [];
  #latencies: number[] = [];

  private constructor(bench: Bench, owner: TrpcCaller, chatId: string) {
    this.#bench = bench;
    this.#owner = owner;
    this.#chatId = chatId;
  }

  static async gather(bench: Bench, { name, isOnAllChats }: Gathering): Promise<Crowd> {
    const names = [...bench.ids.keys()].filter((each) => each.startsWith(name));
    const [owner = '', ...others] = names;
    const caller = await TrpcCaller.open(bench.port, await issueToken(bench.port, owner));
    const memberIds = others.map((each) => bench.ids.get(each));
    const group = { name, memberIds, clientId: randomUUID() };
    const { id: chatId } = await caller.call('mutation', 'chat.createGroup', group);
    const crowd = new Crowd(bench, caller, chatId);
    await crowd.#connect(names, isOnAllChats ? {} : { chatId });
    return crowd;
  }

  /** Everybody hears some messages; resolves with what one delivery cost and took. */
  async measure(): Promise<{ cpuUs: number; p50: number; p99: number }> {
    this.#latencies = [];
    const before = await cpuUsOf(this.#bench);
    for (let turn = 0; turn < turns; turn += 1) {
      const message = { chatId: this.#chatId, text: stampedText(), clientId: randomUUID() };
      await this.#owner.call('mutation', 'message.send', message);
      await delay(gapMs);
    }
    const deliveries = turns * this.#sockets.length;
    while (this.#latencies.length < deliveries) await delay(10);
    const cpuUs = ((await cpuUsOf(this.#bench)) - before) / deliveries;
    const sorted = Float64Array.from(this.#latencies).toSorted();
    return { cpuUs, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
  }

  close(): void {
    this.#owner.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async #connect(names: readonly string[], input: object): Promise<void> {
    const { port } = this.#bench;
    const onEvent = (payload: Buffer) => {
      if (payload.includes('"created"') && payload.includes('@@')) {
        this.#latencies.push(ageUs(payload, nowUs()));
      }
    };
    for (let start = 0; start < names.length; start += openingMax) {
      const opened = names.slice(start, start + openingMax).map(async (name) => {
        const token = await issueToken(port, name);
        return connectPerson({ port, token, path: 'message.onEvent', input, onEvent });
      });
      this.#sockets.push(...(await Promise.all(opened)));
    }
  }
}
