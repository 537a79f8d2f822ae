import { limits, type ChatId, type UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { AppError, isDuplicateKey } from '../platform/errors.ts';
import { blockModel } from './block.model.ts';
import type { UsersDeps } from './deps.ts';
import { noteSeen } from './last-seen.ts';
import { requireActiveUser } from './require-active-user.ts';
import { userModel } from './user.model.ts';

/**
 * From then on nothing that either does reaches the other, and the blocked person is told nothing but what they would be of
 * somebody who is offline. Idempotent: a repeat completes what a crash left half done.
 */
export async function blockUser(deps: UsersDeps, viewerId: UserId, userId: UserId): Promise<void> {
  if (userId === viewerId) throw new AppError('BAD_REQUEST', 'You cannot block yourself');
  await requireActiveUser(deps, userId);
  const { blocked } = await deps.blocks.read(viewerId);
  if (!blocked.has(userId)) {
    if (blocked.size >= limits.blockedMax) {
      throw new AppError('CONFLICT', `At most ${limits.blockedMax} people can be blocked`);
    }
    await stampChange(deps, viewerId);
    await storeBlock(deps, viewerId, userId);
  }
  tellChange(deps, { by: viewerId, userId, isBlocked: true });
  await deps.partWays(viewerId, userId);
  // Again, because what is told of the person in groups is known since.
  tellChange(deps, { by: viewerId, userId, isBlocked: true });
  await noteChange(deps, viewerId);
}

/** What was written meanwhile stays hidden; what is written from then on reaches both. Idempotent. */
export async function unblockUser(deps: UsersDeps, viewerId: UserId, userId: UserId): Promise<void> {
  await stampChange(deps, viewerId);
  await blockModel(deps.db).deleteOne({
    blocker: new Types.ObjectId(viewerId),
    blocked: new Types.ObjectId(userId),
  });
  tellChange(deps, { by: viewerId, userId, isBlocked: false });
  await deps.meetAgain(viewerId, userId);
  await noteChange(deps, viewerId);
}

async function storeBlock(deps: UsersDeps, viewerId: UserId, userId: UserId): Promise<void> {
  const at = new Date(deps.clock.now());
  const [online] = await deps.presence.findOnline([viewerId]);
  // Whoever is there is last seen at this moment, for the other.
  const seenAt = await noteSeen(deps.db, viewerId, online ? at : undefined);
  try {
    await blockModel(deps.db).create({
      blocker: new Types.ObjectId(viewerId),
      blocked: new Types.ObjectId(userId),
      at,
      ...(seenAt && { seenAt }),
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

type Kept = ReadonlyMap<ChatId, { readonly readSeq: number; readonly deliveredSeq: number }>;

/** Keeps how far the person had come in groups at the moment of their block; said again, it changes nothing. */
export async function keepMarks(
  { db, blocks }: Pick<UsersDeps, 'db' | 'blocks'>,
  [viewerId, userId]: readonly [UserId, UserId],
  marks: Kept,
): Promise<void> {
  await blockModel(db).updateOne(
    {
      blocker: new Types.ObjectId(viewerId),
      blocked: new Types.ObjectId(userId),
      marks: { $exists: false },
    },
    { $set: { marks: [...marks].map(([chat, mark]) => ({ chat: new Types.ObjectId(chat), ...mark })) } },
  );
  blocks.doubt([viewerId, userId]);
}

type Change = { readonly by: UserId; readonly userId: UserId; readonly isBlocked: boolean };

function tellChange({ blocks, clock, tell }: UsersDeps, change: Change): void {
  blocks.doubt([change.by, change.userId]);
  tell({ type: 'blocksChanged', ...change, at: clock.now() });
}

/** The person's other devices learn of it. */
async function noteChange(deps: UsersDeps, viewerId: UserId): Promise<void> {
  deps.tellBlocksChanged(viewerId, await stampChange(deps, viewerId));
}

/** Devices that are away now ask by this. Said before anything is stored: a process may die before it is done. */
async function stampChange({ db, clock }: UsersDeps, viewerId: UserId): Promise<Date> {
  const at = new Date(clock.now());
  await userModel(db).updateOne({ _id: viewerId }, { $max: { blocksAt: at } }, { timestamps: false });
  return at;
}

/** Whether a person's blocks changed at or after a moment. */
export async function haveBlocksChanged(
  { db }: Pick<UsersDeps, 'db'>,
  userId: UserId,
  since: Date,
): Promise<boolean> {
  return (await userModel(db).exists({ _id: userId, blocksAt: { $gte: since } })) !== null;
}
