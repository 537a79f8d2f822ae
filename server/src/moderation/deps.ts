import type { ChatsDeps } from '../chats/deps.ts';
import type { MessagesDeps } from '../messages/deps.ts';
import type { UsersDeps } from '../users/deps.ts';

/** What this room needs. */
export type ModerationDeps = UsersDeps & ChatsDeps & MessagesDeps;
