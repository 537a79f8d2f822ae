import { LoopShare } from '@whisper/trpc-socket';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/index.ts';
import { Admission, type AdmittedCall } from './admission.ts';
import { AppError } from './errors.ts';
import { unlimited, type Cost, type RateLimits } from './rate-limits.ts';

const cost: Cost = { budget: 'reads', points: 2 };
const spentOut: RateLimits = {
  waitFor: () => Promise.resolve(5_000),
  spend: () =>
    Promise.reject(new AppError('TOO_MANY_REQUESTS', 'Too many requests', { retryAfterMs: 5_000 })),
};

function callOf(call: Partial<AdmittedCall> = {}): AdmittedCall {
  return {
    personId: 'alice',
    type: 'query',
    cost,
    answer: null,
    signal: undefined,
    isRefusedLate: true,
    ...call,
  };
}

type Options = {
  readonly rateLimits?: RateLimits;
  readonly hasRoomFor?: (personId: string, bytes: number) => boolean;
};

function open({ rateLimits = unlimited, hasRoomFor = () => true }: Options = {}) {
  const clock = new ManualClock();
  return { clock, admission: new Admission({ clock, share: new LoopShare(), rateLimits, hasRoomFor }) };
}

const answer = () => Promise.resolve('answer');

describe('a call', () => {
  it('waits for none of the streams that start at the same moment, of which few do at once', async () => {
    const { admission } = open();
    let started = 0;
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const streams = Array.from({ length: 300 }, (_, n) =>
      admission.run(callOf({ personId: `newcomer${n}`, type: 'subscription' }), () => {
        started += 1;
        return ended;
      }),
    );

    expect(await admission.run(callOf(), answer)).toBe('answer');

    expect(started).toBe(4);
    end();
    await Promise.all(streams);
  });

  it('over budget is refused a moment later, so that making it again at once gains nothing', async () => {
    const { clock, admission } = open({ rateLimits: spentOut });
    let isRefused = false;
    const refused = admission.run(callOf(), answer).catch((error: unknown) => {
      isRefused = true;
      return error;
    });

    await setImmediate();
    expect(isRefused).toBe(false);
    clock.advance(500);

    expect(await refused).toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterMs: 5_000 });
  });

  it('over budget is refused at once where the next one waits for it', async () => {
    const { admission } = open({ rateLimits: spentOut });

    await expect(admission.run(callOf({ isRefusedLate: false }), answer)).rejects.toThrow(
      'Too many requests',
    );
  });

  it('is refused later the more of its person’s wait to be refused', async () => {
    const { clock, admission } = open({ rateLimits: spentOut });
    let refused = 0;
    const calls = Array.from({ length: 101 }, () =>
      admission.run(callOf(), answer).catch(() => {
        refused += 1;
      }),
    );

    await setImmediate();
    clock.advance(750);
    await setImmediate();
    expect(refused).toBe(51);
    clock.advance(250);
    await Promise.all(calls);
  });

  it('is refused before it is looked at when each of those with it would be', async () => {
    const { clock, admission } = open({ rateLimits: spentOut });
    const { admission: calm } = open();

    const refused = admission.requireBudget('alice', new Set(['reads'])).catch((error: unknown) => error);
    await setImmediate();
    clock.advance(500);

    expect(await refused).toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterMs: 5_000 });
    await calm.requireBudget('alice', new Set(['reads']));
    await admission.requireBudget('alice', new Set());
  });

  it('is refused while its person leaves too much unread, and when its answer is full', async () => {
    const { admission } = open({ hasRoomFor: (_person, bytes) => bytes < 1_000 });
    const withAnswer = (bytes: number, bytesMax: number) =>
      admission.run(callOf({ answer: { bytes, bytesMax } }), answer);

    expect(await withAnswer(0, 1_000)).toBe('answer');
    await expect(withAnswer(5_000, 10_000)).rejects.toThrow('Read what was answered first');
    await expect(withAnswer(500, 500)).rejects.toThrow('The answer is full, ask again');
  });

  it('is refused when a quarter of its answer is full and its person has asked for much', async () => {
    const { admission } = open();
    admission.reads.charge('alice', 1_000);
    const withAnswer = (bytes: number) => admission.run(callOf({ answer: { bytes, bytesMax: 400 } }), answer);

    expect(await withAnswer(99)).toBe('answer');
    await expect(withAnswer(100)).rejects.toThrow('The answer is full, ask again');
  });

  it('waits for nobody’s turn when those before it filled their answer', async () => {
    const { admission } = open();
    const pending = { bytes: 0, bytesMax: 400 };
    const ends: (() => void)[] = [];
    const fill = () => new Promise<void>((resolve) => ends.push(resolve));
    const calls = Array.from({ length: 50 }, () => admission.run(callOf({ answer: pending }), fill));
    const results = Promise.allSettled(calls);

    await setImmediate();
    expect([ends.length, admission.reads.waiting]).toEqual([2, 48]);
    pending.bytes = 400;
    ends[0]?.();
    await setImmediate();
    expect([ends.length, admission.reads.waiting]).toEqual([2, 0]);
    ends[1]?.();

    const fates = (await results).map(({ status }) => status);
    expect(fates.filter((fate) => fate === 'rejected')).toHaveLength(48);
    expect(admission.reads.running).toBe(0);
  });

  it('costs more when its result is large', async () => {
    const spent: number[] = [];
    const spend = ({ points }: Cost) => {
      spent.push(points);
      return Promise.resolve();
    };
    const { admission } = open({ rateLimits: { ...unlimited, spend } });
    const pending = { bytes: 0, bytesMax: 1_000_000 };

    await admission.countResult(callOf({ answer: pending }), { texts: ['x'.repeat(40 * 1_024)] });
    await admission.countResult(callOf({ answer: pending }), { text: 'short' });

    expect(spent).toEqual([2]);
    expect(pending.bytes).toBeGreaterThan(40 * 1_024);
  });

  it('that nobody waits for any more is not made when its turn comes, which is no failure of ours', async () => {
    const { admission } = open();

    await expect(admission.run(callOf({ signal: AbortSignal.abort() }), answer)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
    });
  });
});
