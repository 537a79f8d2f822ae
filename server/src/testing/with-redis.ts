import { inject } from 'vitest';
import './provided-context.ts';

/** Whether the run has a Redis; where it has none, the global set-up says so or refuses to go on. */
export const hasRedis = inject('redisUrl') !== '';
