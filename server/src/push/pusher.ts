import { Types } from 'mongoose';
import { togetherMax, type Outcome, type PushAdapter, type Sending } from './adapters/adapter.ts';
import { decide } from './decide.ts';
import type { PushDeps } from './deps.ts';
import {
  countWaiting,
  finishPush,
  postponePush,
  releasePushes,
  spreadNews,
  takePushes,
  type TakenPush,
} from './outbox.ts';
import { pushModel, type PushResult } from './push.model.ts';
import { removeDevices } from './remove-device.ts';

/** What other processes left, and what waits for its time, is looked for so often. */
const lookEveryMs = 5_000;
const rowsPerTurn = togetherMax;
const decisionsAtOnce = 8;
/** All of a turn are answered, or their time is over, well before the rows are another's. */
const sendsAtOnce = 34;

/** The waits between attempts double from the one to the other; after the last attempt the person has long read it. */
const retryMinMs = 2_000;
const retryMaxMs = 10 * 60_000;
const attemptsMax = 12;

/** Whoever looks at another device is given this long in all to read there. */
const lookingMs = 10_000;
const waitsMax = 3;

/** Expo has passed it on by then, and says how that went. */
const ticketAgeMs = 15 * 60_000;
const ticketsPerCall = 300;

type Leaving = Sending & { readonly row: TakenPush };

/** Brings the news of chats to the devices of people who do not look, behind the sends and at its own pace. */
export class Pusher {
  readonly #deps: PushDeps;
  #running: Promise<void> | undefined;
  #isWanted = false;
  #isClosed = false;
  #cancelLook: () => void = () => undefined;
  #cancelWake: (() => void) | undefined;
  #waiting = 0;

  constructor(deps: PushDeps) {
    this.#deps = deps;
  }

  /** Rows of the outbox that wait, as last counted. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves when the keys are there and what a process before this one left is taken up. Does nothing where nothing is pushed. */
  async start(): Promise<void> {
    const { pushChannels, env } = this.#deps;
    if (pushChannels.adapters.size === 0) return;
    await pushChannels.vapid.get();
    if (env.REDIS_URL === undefined) await releasePushes(this.#deps);
    this.#look();
  }

  /** There may be something to push that long from now. */
  wakeAfter(delayMs: number): void {
    if (this.#isClosed || this.#cancelWake) return;
    this.#cancelWake = this.#deps.clock.after(delayMs, () => {
      this.#cancelWake = undefined;
      this.#run();
    });
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** What is under way is finished. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelLook();
    this.#cancelWake?.();
    await this.#running;
  }

  #look(): void {
    if (this.#isClosed) return;
    this.#cancelLook = this.#deps.clock.after(lookEveryMs, () => this.#look());
    this.#run();
  }

  #run(): void {
    this.#isWanted = true;
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined;
    });
  }

  /** Never rejects. */
  async #work(): Promise<void> {
    try {
      while (this.#isWanted && !this.#isClosed) {
        this.#isWanted = false;
        while (!this.#isClosed && (await spreadNews(this.#deps)));
        while (!this.#isClosed && (await this.#sendDue()));
        await this.#askTickets();
        this.#waiting = await countWaiting(this.#deps);
      }
    } catch (error) {
      if (!this.#isClosed) this.#deps.log.warn({ err: error }, 'pushes are stuck, trying again');
    }
  }

  /** Answers whether there may be more. */
  async #sendDue(): Promise<boolean> {
    const rows = await takePushes(this.#deps, rowsPerTurn);
    const leaving = new Map<PushAdapter, Leaving[]>();
    await inTurn(rows, decisionsAtOnce, async (row) => {
      const found = await this.#prepare(row);
      if (found) leaving.set(found.adapter, [...(leaving.get(found.adapter) ?? []), found.leaving]);
    });
    await Promise.all([...leaving].map(([adapter, all]) => this.#send(adapter, all)));
    return rows.length === rowsPerTurn;
  }

  /** What is to be sent of a row, and by whom; everything else is over with this. */
  async #prepare(row: TakenPush): Promise<{ adapter: PushAdapter; leaving: Leaving } | undefined> {
    const decision = await decide(this.#deps, row);
    switch (decision.type) {
      case 'skip':
        await this.#finish(row, decision.why);
        return undefined;
      case 'wait':
        if (row.waits >= waitsMax) await this.#finish(row, 'foreground');
        else await postponePush(this.#deps, row, { afterMs: lookingMs, because: 'waits' });
        return undefined;
      case 'push': {
        const { address, notice } = decision;
        const adapter = this.#deps.pushChannels.adapters.get(address.kind);
        if (adapter) return { adapter, leaving: { row, address, notice } };
        await this.#finish(row, 'noDevice');
        return undefined;
      }
    }
    decision satisfies never;
  }

  async #send(adapter: PushAdapter, all: readonly Leaving[]): Promise<void> {
    const together = await adapter.sendTogether?.(all);
    await inTurn([...all.entries()], sendsAtOnce, async ([index, { row, address, notice }]) => {
      const outcome = together?.[index] ?? (await adapter.send(address, notice));
      await this.#note(row, outcome, Math.max(row.seq, notice.seq));
    });
  }

  async #note(row: TakenPush, outcome: Outcome, seq: number): Promise<void> {
    switch (outcome.type) {
      case 'sent':
        return this.#finish(row, 'sent', { seq, ticket: outcome.ticket });
      case 'gone':
        await this.#finish(row, 'pruned', { seq });
        return removeDevices(this.#deps, { _id: new Types.ObjectId(row.deviceId) });
      case 'refused':
        this.#deps.log.warn({ why: outcome.why }, 'a push was refused');
        return this.#finish(row, 'failed', { seq });
      case 'later':
        return this.#retry(row, outcome);
    }
    outcome satisfies never;
  }

  async #retry(row: TakenPush, { why, afterMs = 0 }: Extract<Outcome, { type: 'later' }>): Promise<void> {
    this.#deps.log.debug({ why, attempts: row.attempts }, 'a push has to wait');
    if (row.attempts + 1 >= attemptsMax) return this.#finish(row, 'failed');
    const wait = Math.min(retryMinMs * 2 ** row.attempts, retryMaxMs);
    await postponePush(this.#deps, row, { afterMs: Math.max(wait, afterMs), because: 'attempts' });
  }

  async #finish(
    row: TakenPush,
    result: PushResult,
    { seq = row.seq, ticket }: { readonly seq?: number; readonly ticket?: string | undefined } = {},
  ): Promise<void> {
    this.#deps.metrics.pushes.inc({ result });
    const askAt = new Date(this.#deps.clock.now() + ticketAgeMs);
    await finishPush(this.#deps, row, {
      seq,
      result,
      ticket: ticket === undefined ? undefined : { id: ticket, askAt },
    });
  }

  /** Whoever passes pushes on may learn later that a device is gone. */
  async #askTickets(): Promise<void> {
    const { db, clock, pushChannels, metrics } = this.#deps;
    const pushes = pushModel(db);
    const due = await pushes
      .find({ ticketAt: { $lte: new Date(clock.now()) } }, { device: 1, ticket: 1 })
      .limit(ticketsPerCall)
      .lean();
    if (due.length === 0) return;
    const tickets = due.flatMap(({ ticket }) => ticket ?? []);
    const dead = new Set<string>();
    for (const adapter of pushChannels.adapters.values()) {
      for (const ticket of (await adapter.findDead?.(tickets)) ?? []) dead.add(ticket);
    }
    const gone = due.filter(({ ticket }) => ticket !== undefined && dead.has(ticket));
    metrics.pushes.inc({ result: 'pruned' }, gone.length);
    await pushes.updateMany(
      { _id: { $in: due.map(({ _id }) => _id) }, ticketAt: { $lte: new Date(clock.now()) } },
      { $unset: { ticket: 1, ticketAt: 1 } },
    );
    if (gone.length > 0) await removeDevices({ db }, { _id: { $in: gone.map(({ device }) => device) } });
  }
}

/** Runs for each of them, so many at once. */
async function inTurn<T>(
  items: readonly T[],
  atOnce: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const runNext = async () => {
    for (const item of queue) await run(item);
  };
  await Promise.all(Array.from({ length: atOnce }, runNext));
}
