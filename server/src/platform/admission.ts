import type { LoopShare } from '@whisper/trpc-socket';
import type { Clock } from './clock.ts';
import { AppError, tooManyRequests } from './errors.ts';
import { FairGate, type GateBounds } from './fair-gate.ts';
import type { Budget, Cost, RateLimits } from './rate-limits.ts';

/** What one request or batch is answered with, as far as it is known. */
export interface PendingAnswer {
  /** Roughly the bytes of all results so far. */
  bytes: number;
  /** What is asked for beyond it is for the next request. */
  readonly bytesMax: number;
}

export type AdmittedCall = {
  readonly personId: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly cost: Cost;
  /** Of calls that are answered together. */
  readonly answer: PendingAnswer | null;
  readonly signal: AbortSignal | undefined;
  /** Refusals are held back for a moment: for wires that do not make the next call wait for this one. */
  readonly isRefusedLate: boolean;
};

type Spending = Pick<AdmittedCall, 'personId' | 'cost' | 'isRefusedLate'>;

/** The store answers few reads at a time, and a page is work for this process too. */
const readBounds: GateBounds = {
  runningMax: 8,
  runningPerPersonMax: 2,
  runningOfHeavyMax: 2,
  heavyFrom: 100,
  waitingPerPersonMax: 1_000,
};

/**
 * What streams read as they start and where something is missing. It has places of its own: however many sockets come at
 * once, whoever makes a call waits for none of it but in the store, and there for few.
 */
const streamBounds: GateBounds = {
  runningMax: 4,
  runningPerPersonMax: 2,
  runningOfHeavyMax: 1,
  heavyFrom: 100,
  waitingPerPersonMax: 1_000,
};

/** Writes wait for the disk more than for each other, and are written together: nobody's are heavy. */
const writeBounds: GateBounds = {
  runningMax: 256,
  runningPerPersonMax: 64,
  runningOfHeavyMax: 256,
  heavyFrom: Number.POSITIVE_INFINITY,
  waitingPerPersonMax: 1_000,
};

/** Whoever has asked for much lately is answered this part of what others are at once. */
const heavyPart = 1 / 4;

/** So many bytes of a result cost as much as a small call. */
const bytesPerPoint = 16 * 1024;

/**
 * A call over budget is refused this late, so that making it again at once gains nothing, and later for each that the
 * person has waiting for its refusal: whoever makes how many, few of them are refused in a second.
 */
const refusalDelay = { firstMs: 500, eachMs: 5 } as const;

/** Refusals that are held back at once for one person: as many as all of their sockets have calls running. */
const delayedPerPersonMax = 2_000;

type Deps = {
  readonly clock: Clock;
  readonly share: Pick<LoopShare, 'hasRoom' | 'wait'>;
  readonly rateLimits: RateLimits;
  /** Whether more may be held for this person, who may have left answers unread. */
  readonly hasRoomFor: (personId: string, bytes: number) => boolean;
};

/**
 * The one door to the procedures, whichever wire a call came on: it costs what its procedure says, waits for its turn
 * among people, and is refused, to be made again, when its person leaves too much unread.
 */
export class Admission {
  readonly reads: FairGate;
  readonly writes: FairGate;
  readonly streams: FairGate;
  readonly #deps: Deps;
  readonly #delayed = new Map<string, number>();

  constructor(deps: Deps) {
    this.#deps = deps;
    this.reads = new FairGate(readBounds, deps);
    this.writes = new FairGate(writeBounds, deps);
    this.streams = new FairGate(streamBounds, deps);
  }

  async run<T>(call: AdmittedCall, task: () => Promise<T>): Promise<T> {
    await this.spend(call);
    const { points } = call.cost;
    return this.#gateOf(call).run(
      call.personId,
      () => {
        const refusal = this.#refusalOf(call);
        if (refusal) throw refusal;
        return task();
      },
      { points, refusalOf: () => this.#refusalOf(call) },
    );
  }

  #gateOf({ type }: AdmittedCall): FairGate {
    switch (type) {
      case 'query':
        return this.reads;
      case 'mutation':
        return this.writes;
      case 'subscription':
        return this.streams;
    }
  }

  /** Counts what a call was answered with: a large result costs its person more than was known before. */
  async countResult({ cost, personId, answer }: AdmittedCall, result: unknown): Promise<void> {
    const bytes = roughSizeOf(result);
    if (answer) answer.bytes += bytes;
    const points = Math.floor(bytes / bytesPerPoint);
    // Over budget the next call is refused; this one was made already.
    if (points === 0) return;
    this.reads.charge(personId, points);
    await this.#deps.rateLimits.spend({ ...cost, points }, personId).catch(() => undefined);
  }

  /** Refuses calls of a person at once when nothing is left of any budget that they cost: each would be refused. */
  async requireBudget(personId: string, budgets: ReadonlySet<Budget>): Promise<void> {
    const { rateLimits } = this.#deps;
    const waits = await Promise.all([...budgets].map((budget) => rateLimits.waitFor(budget, personId)));
    const waitMs = Math.min(...waits);
    if (budgets.size === 0 || waitMs === 0) return;
    await this.#delay(personId, waitMs);
    throw tooManyRequests(waitMs);
  }

  /** What a call costs before it runs. */
  async spend({ cost, personId, isRefusedLate }: Spending): Promise<void> {
    try {
      await this.#deps.rateLimits.spend(cost, personId);
    } catch (error) {
      if (isRefusedLate && error instanceof AppError) await this.#delay(personId, error.retryAfterMs ?? 0);
      throw error;
    }
  }

  async #delay(personId: string, waitMs: number): Promise<void> {
    const delayed = this.#delayed.get(personId) ?? 0;
    if (delayed >= delayedPerPersonMax) return;
    this.#delayed.set(personId, delayed + 1);
    const delayMs = refusalDelay.firstMs + delayed * refusalDelay.eachMs;
    await new Promise<void>((resolve) => this.#deps.clock.after(Math.min(waitMs, delayMs), resolve));
    const left = (this.#delayed.get(personId) ?? 1) - 1;
    if (left > 0) this.#delayed.set(personId, left);
    else this.#delayed.delete(personId);
  }

  /** Why the call is not made when its turn has come, or sooner. */
  #refusalOf({ personId, answer, signal }: AdmittedCall): AppError | undefined {
    if (signal?.aborted) return new AppError('SERVICE_UNAVAILABLE', 'Whoever asked has left');
    const isAnswerFull = answer !== null && answer.bytes >= this.#bytesFor(personId, answer);
    if (!isAnswerFull && this.#deps.hasRoomFor(personId, answer?.bytes ?? 0)) return undefined;
    const message = isAnswerFull ? 'The answer is full, ask again' : 'Read what was answered first';
    return new AppError('TOO_MANY_REQUESTS', message, { retryAfterMs: 1_000 });
  }

  #bytesFor(personId: string, { bytesMax }: PendingAnswer): number {
    return this.reads.isHeavy(personId) ? bytesMax * heavyPart : bytesMax;
  }
}

/** Roughly the bytes a result takes, without encoding it. */
function roughSizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 8;
  if (typeof value !== 'object' || value === null || value instanceof Date) return 8;
  let size = 8;
  for (const part of Array.isArray(value) ? value : Object.values(value)) size += 8 + roughSizeOf(part);
  return size;
}
