import { UserIdSchema, type UserId } from '@whisper/shared';
import { z } from 'zod';
import { parseJson } from '../../platform/parse-json.ts';
import type { Redis } from '../../platform/redis.ts';
import { Delivered } from './delivered.ts';
import { awayMaxMs, type SharedSessions } from './sessions.ts';

type Deps = {
  readonly redis: Redis;
  /** Where the stream of all of a person's chats stood at that time. */
  readonly cursorAt: (at: number) => string;
};

/** As long as an old client may go on with the token of its first connection. */
const connectedMaxMs = 24 * 60 * 60_000;

/** Covers clocks that differ and messages that were on their way into the database. */
const overlapMs = 15_000;

/** A message is delivered some time after its id was made: an offset stands for this much earlier. */
const offsetSpareMs = 30_000;

const StoredSchema = z.object({ userId: UserIdSchema, startedAt: z.number() });

/** Who a client is and since when, under its secret id, in Redis; what it saw last it says itself. */
export class RedisSessions implements SharedSessions {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  begin(userId: UserId, at: number): Delivered {
    const delivered = new Delivered(userId, at - overlapMs);
    delivered.markComplete(this.#deps.cursorAt(at));
    return delivered;
  }

  async keep(pid: string, { userId, startedAt }: Delivered): Promise<void> {
    const text = JSON.stringify({ userId, startedAt });
    await this.#run("return redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])", pid, [text, connectedMaxMs]);
  }

  async expectBack(pid: string): Promise<void> {
    await this.#run("return redis.call('pexpire', KEYS[1], ARGV[1])", pid, [awayMaxMs]);
  }

  async forget(pid: string): Promise<void> {
    await this.#run("return redis.call('del', KEYS[1])", pid, []);
  }

  async find(pid: string, offset: string): Promise<Delivered | undefined> {
    const text = await this.#run("return redis.call('get', KEYS[1])", pid, []);
    const stored = StoredSchema.safeParse(typeof text === 'string' ? parseJson(text) : undefined);
    if (!stored.success) return undefined;
    const { userId, startedAt } = stored.data;
    const delivered = new Delivered(userId, startedAt);
    delivered.markComplete(this.#deps.cursorAt(Math.max(startedAt, timeOf(offset) - offsetSpareMs)));
    return delivered;
  }

  async #run(script: string, pid: string, args: readonly (string | number)[]): Promise<unknown> {
    const { redis } = this.#deps;
    return redis.eval(script, [redis.name(`session:${pid}`)], args).catch(() => undefined);
  }
}

/** An offset is the id of a message, which begins with the second it was made in. */
function timeOf(offset: string): number {
  return /^[\da-f]{24}$/.test(offset) ? Number.parseInt(offset.slice(0, 8), 16) * 1_000 : 0;
}
