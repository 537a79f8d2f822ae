import { MessageSchema, UserIdSchema, neverChanged, type Message } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Delivered } from './delivered.ts';

const userId = UserIdSchema.parse('a'.repeat(24));
const sender = { id: userId, name: 'bob', email: '', avatar: null };

/** The `n`th message of a chat; `n` is also its time and its position in the stream. */
function messageAt(n: number): Message {
  const at = new Date(n);
  const [id, chatId] = [n.toString(16).padStart(24, '0'), 'c'.repeat(24)];
  const place = { id, chatId, seq: n, rev: n, clientId: randomUUID() };
  return MessageSchema.parse({
    ...place,
    sender,
    text: String(n),
    createdAt: at,
    updatedAt: at,
    ...neverChanged,
  });
}

/** A client and its connections: a dead one takes messages that never arrive. */
class Line {
  readonly arrived: number[] = [];
  readonly delivered: Delivered;
  last: number;
  #offset: string;
  #isAlive = true;

  constructor(startsAt: number) {
    this.last = startsAt;
    this.delivered = new Delivered(userId, startsAt + 1);
    this.delivered.markComplete(String(startsAt));
    this.#offset = this.delivered.offset;
  }

  say(): void {
    this.last += 1;
    this.#push(this.last);
  }

  die(): void {
    this.#isAlive = false;
  }

  /** Reads the stream again from the cursor, and from a little before it, as the log does. */
  comeBack(overlap: number): void {
    const cursor = Number(this.delivered.rewind(this.#offset));
    this.#isAlive = true;
    for (let n = Math.max(1, cursor - overlap); n <= this.last; n += 1) this.#push(n, cursor);
    this.delivered.markComplete(String(this.last));
  }

  #push(n: number, cursor = n): void {
    const offset = this.delivered.add(messageAt(n), String(cursor));
    if (offset === undefined || !this.#isAlive) return;
    this.arrived.push(n);
    this.#offset = offset;
  }
}

it('every message arrives once and in order, whenever connections die and come back', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant<'say' | 'die' | number>('say') },
    { weight: 1, arbitrary: fc.constant<'say' | 'die' | number>('die') },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 8 }) },
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 }), fc.array(step, { maxLength: 60 }), (startsAt, steps) => {
      const line = new Line(startsAt);
      for (const each of steps) {
        if (each === 'say') line.say();
        else if (each === 'die') line.die();
        else line.comeBack(each);
      }
      line.comeBack(5);
      const all = Array.from({ length: line.last - startsAt }, (_, n) => startsAt + 1 + n);
      expect(line.arrived).toEqual(all);
    }),
    { numRuns: 500, seed: 4 },
  );
});

it('a client that got thousands of messages gets none of them again', () => {
  const line = new Line(0);
  for (let n = 0; n < 2_000; n += 1) line.say();
  line.die();
  line.say();
  line.comeBack(1_900);
  expect(line.arrived).toHaveLength(2_001);
});

it('a client that lags by more than is remembered gets everything, some of it again', () => {
  const line = new Line(0);
  line.say();
  line.die();
  for (let n = 0; n < 2_000; n += 1) line.say();
  line.comeBack(0);
  expect(new Set(line.arrived).size).toBe(2_001);
});

it('owes a message that was changed before the client heard of it, and none that it was sent or that is from before', () => {
  const delivered = new Delivered(userId, 10);
  delivered.add(messageAt(11), 't:11');
  const changed = (n: number) => ({ ...messageAt(n), rev: 20 });

  expect([9, 11, 12].map((n) => delivered.isOwed(changed(n)))).toEqual([false, false, true]);
});
