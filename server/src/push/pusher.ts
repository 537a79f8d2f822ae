import { Types } from 'mongoose';
import type { Outcome } from './adapters/adapter.ts';
import { decide, type Decision } from './decide.ts';
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
const rowsPerTurn = 32;
const sendsAtOnce = 8;

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
    const queue = rows.values();
    const sendNext = async () => {
      for (const row of queue) await this.#attempt(row);
    };
    await Promise.all(Array.from({ length: sendsAtOnce }, sendNext));
    return rows.length === rowsPerTurn;
  }

  async #attempt(row: TakenPush): Promise<void> {
    const decision = await decide(this.#deps, row);
    switch (decision.type) {
      case 'skip':
        return this.#finish(row, decision.why);
      case 'wait':
        if (row.waits >= waitsMax) return this.#finish(row, 'foreground');
        return postponePush(this.#deps, row, { afterMs: lookingMs, because: 'waits' });
      case 'push':
        return this.#push(row, decision);
    }
    decision satisfies never;
  }

  async #push(row: TakenPush, { address, notice }: Extract<Decision, { type: 'push' }>): Promise<void> {
    const adapter = this.#deps.pushChannels.adapters.get(address.kind);
    if (!adapter) return this.#finish(row, 'noDevice');
    const outcome = await adapter.send(address, notice);
    const seq = Math.max(row.seq, notice.seq);
    switch (outcome.type) {
      case 'sent':
        return this.#finish(row, 'sent', { seq, ticket: outcome.ticket });
      case 'gone':
        await this.#finish(row, 'pruned', { seq });
        return removeDevices(this.#deps, { _id: new Types.ObjectId(row.deviceId) });
      case 'refused':
        this.#deps.log.warn({ kind: address.kind, why: outcome.why }, 'a push was refused');
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
