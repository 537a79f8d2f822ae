import type { CloseReason, UserId } from '@whisper/shared';
import type { ChatsDeps } from '../chats/deps.ts';
import type { Env } from '../platform/env.ts';
import type { Logger } from '../platform/logger.ts';
import type { DataPlace, DataSubject } from '../platform/person-data.ts';
import type { UsersDeps } from '../users/deps.ts';

/** What erasing somebody needs. */
export type ErasingDeps = UsersDeps &
  Pick<ChatsDeps, 'changeGroup' | 'broker'> & {
    readonly log: Logger;
    readonly env: Pick<Env, 'DATA_DIR' | 'MONGODB_URI'>;
    /** Every place there is, in the order in which a person is erased. */
    readonly dataPlaces: readonly DataPlace[];
    readonly closeUser: (userId: UserId, reason: CloseReason) => void;
  };

/** Whom to erase; `isForGood`: nobody comes under that Clerk id again. */
export type Leaving = DataSubject & { readonly isForGood: boolean };

/** What this room needs. */
export type OwnDataDeps = ErasingDeps & {
  /** Erases the person, whatever happens to this process; answers the receipt's id. */
  readonly erasures: { begin(leaving: Leaving): Promise<string> };
};
