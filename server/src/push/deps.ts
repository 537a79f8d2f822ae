import type { UserId } from '@whisper/shared';
import type { ChatsDeps } from '../chats/deps.ts';
import type { PresenceStore } from '../delivery/presence-store.ts';
import type { Env } from '../platform/env.ts';
import type { Logger } from '../platform/logger.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { PushChannels } from './push-channels.ts';

/** What this room needs. */
export type PushDeps = Pick<ChatsDeps, 'db' | 'clock' | 'lastMessages' | 'countUnread'> & {
  readonly env: Pick<Env, 'PUSH_TEXT' | 'PUSH_WEB_HOSTS' | 'REDIS_URL'>;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'pushes'>;
  /** The people who look at one of their devices. */
  readonly foreground: Pick<PresenceStore, 'findOnline'>;
  readonly pushChannels: PushChannels;
  /** Whose messages a person is not told of, whatever they write and wherever. */
  readonly findSilenced: (userId: UserId) => Promise<readonly UserId[]>;
};
