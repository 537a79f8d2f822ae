import { UserIdSchema } from '@whisper/shared';
import { z } from 'zod';
import type { Clock } from '../../platform/clock.ts';
import type { Redis } from '../../platform/redis.ts';
import type { Kept, SessionShelf } from './kept-sessions.ts';

type Deps = { readonly redis: Redis; readonly clock: Clock };

const StoredSchema = z.tuple([UserIdSchema, z.coerce.number(), z.coerce.number()]);

const putScript = `
redis.call('hset', KEYS[1], 'userId', ARGV[1], 'startedAt', ARGV[2], 'expiresAt', ARGV[3])
return redis.call('pexpire', KEYS[1], ARGV[4])`;

const holdScript = `
if redis.call('exists', KEYS[1]) == 0 then return 0 end
redis.call('hset', KEYS[1], 'expiresAt', ARGV[1])
return redis.call('pexpire', KEYS[1], ARGV[2])`;

/** How long one is held is told by this process's clock; Redis's own only tidies up. */
export class RedisSessionShelf implements SessionShelf {
  readonly #deps: Deps;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  put(pid: string, { userId, startedAt }: Kept, forMs: number): Promise<unknown> {
    return this.#run(putScript, pid, [userId, startedAt, this.#deps.clock.now() + forMs, forMs]);
  }

  holdFor(pid: string, forMs: number): Promise<unknown> {
    return this.#run(holdScript, pid, [this.#deps.clock.now() + forMs, forMs]);
  }

  remove(pid: string): Promise<unknown> {
    return this.#run("return redis.call('del', KEYS[1])", pid, []);
  }

  async get(pid: string): Promise<Kept | undefined> {
    const script = "return redis.call('hmget', KEYS[1], 'userId', 'startedAt', 'expiresAt')";
    const stored = StoredSchema.safeParse(await this.#run(script, pid, [])).data;
    if (!stored) return undefined;
    const [userId, startedAt, expiresAt] = stored;
    return expiresAt > this.#deps.clock.now() ? { userId, startedAt } : undefined;
  }

  #run(script: string, pid: string, args: readonly (string | number)[]): Promise<unknown> {
    return this.#deps.redis.eval(script, [this.#deps.redis.name(`legacy-session:${pid}`)], args);
  }
}
