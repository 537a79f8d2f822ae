import { UserIdSchema } from '@whisper/shared';
import { z } from 'zod';
import { parseJson } from '../../platform/parse-json.ts';
import type { Redis } from '../../platform/redis.ts';
import type { Kept, SessionShelf } from './kept-sessions.ts';

const KeptSchema = z.object({ userId: UserIdSchema, startedAt: z.number() });

export class RedisSessionShelf implements SessionShelf {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  put(pid: string, { userId, startedAt }: Kept, forMs: number): Promise<unknown> {
    const text = JSON.stringify({ userId, startedAt });
    return this.#run("return redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])", pid, [text, forMs]);
  }

  holdFor(pid: string, forMs: number): Promise<unknown> {
    return this.#run("return redis.call('pexpire', KEYS[1], ARGV[1])", pid, [forMs]);
  }

  remove(pid: string): Promise<unknown> {
    return this.#run("return redis.call('del', KEYS[1])", pid, []);
  }

  async get(pid: string): Promise<Kept | undefined> {
    const text = await this.#run("return redis.call('get', KEYS[1])", pid, []);
    return KeptSchema.safeParse(typeof text === 'string' ? parseJson(text) : undefined).data;
  }

  #run(script: string, pid: string, args: readonly (string | number)[]): Promise<unknown> {
    return this.#redis.eval(script, [this.#redis.name(`session:${pid}`)], args);
  }
}
