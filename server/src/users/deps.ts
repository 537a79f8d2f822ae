import type { UserId } from '@whisper/shared';
import type { Connection as Database } from 'mongoose';
import type { Clock } from '../platform/clock.ts';
import type { News } from '../delivery/topics.ts';
import type { PresenceStore } from '../delivery/presence-store.ts';
import type { Blocks } from './blocks.ts';
import type { ViewerCache } from './viewer-cache.ts';

/** What this room needs. */
export type UsersDeps = {
  readonly db: Database;
  readonly clock: Clock;
  readonly viewers: ViewerCache;
  /** Tells every process, this one too. */
  readonly tell: (news: News) => void;
  readonly presence: Pick<PresenceStore, 'findOnline'>;
  readonly blocks: Blocks;
  /** Chats sit above people. What the two write from now on is kept from the one who blocks. */
  readonly partWays: (blockerId: UserId, blockedId: UserId) => Promise<void>;
  /** The end of that. */
  readonly meetAgain: (blockerId: UserId, blockedId: UserId) => Promise<void>;
  /** Tells the person's devices that whom they block changed. */
  readonly tellBlocksChanged: (userId: UserId, at: Date) => void;
};
