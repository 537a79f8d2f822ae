import type { PresenceList, UserId } from '@whisper/shared';
import { Types, type Connection as Database } from 'mongoose';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { userModel } from './user.model.ts';

type Deps = { readonly db: Database; readonly clock: Clock; readonly log: Logger };

const gatherMs = 200;

/** When these people were last seen; of those of whom it is known and who do not hide. */
export async function findLastSeen(
  db: Database,
  userIds: readonly UserId[],
): Promise<PresenceList['lastSeen']> {
  if (userIds.length === 0) return [];
  const ids = userIds.map((id) => new Types.ObjectId(id));
  const docs = await userModel(db)
    .find({ _id: { $in: ids }, isHidden: null, deletedAt: null }, { lastSeenAt: 1 })
    .lean();
  return docs.flatMap(({ _id, lastSeenAt }) =>
    lastSeenAt ? [{ userId: _id.toHexString() as UserId, at: lastSeenAt }] : [],
  );
}

/** Notes that a person was there at a moment, if one is given, and answers when they last were, as others may know it. */
export async function noteSeen(
  db: Database,
  userId: UserId,
  at: Date | undefined,
): Promise<Date | undefined> {
  const shown = { _id: new Types.ObjectId(userId), isHidden: null };
  if (at) await userModel(db).updateOne(shown, { $max: { lastSeenAt: at } }, { timestamps: false });
  return (await userModel(db).findOne(shown, { lastSeenAt: 1 }).lean())?.lastSeenAt;
}

/** Writes down when people went, those of one moment together. Of no weight: what cannot be written is left out. */
export class LastSeen {
  readonly #deps: Deps;
  #pending = new Map<UserId, Date>();
  #cancelWrite: (() => void) | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  note(userId: UserId, at: Date): void {
    this.#pending.set(userId, at);
    this.#cancelWrite ??= this.#deps.clock.after(gatherMs, () => void this.write());
  }

  /** Never rejects. */
  async write(): Promise<void> {
    this.#cancelWrite?.();
    this.#cancelWrite = undefined;
    const pending = this.#pending;
    this.#pending = new Map();
    if (pending.size === 0) return;
    const updates = [...pending].map(([userId, lastSeenAt]) => ({
      updateOne: {
        filter: { _id: new Types.ObjectId(userId), isHidden: null },
        update: { $max: { lastSeenAt } },
        timestamps: false,
      },
    }));
    try {
      await userModel(this.#deps.db).bulkWrite(updates, { ordered: false });
    } catch (error) {
      this.#deps.log.debug({ err: error }, 'when people were last seen was not written');
    }
  }
}
