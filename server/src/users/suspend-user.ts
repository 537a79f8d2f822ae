import type { SuspendInput, UserId } from '@whisper/shared';
import type { Viewer } from '../identity/viewer.ts';
import { AppError } from '../platform/errors.ts';
import { recordAudit } from './audit.ts';
import type { UsersDeps } from './deps.ts';
import { userModel, type UserDoc } from './user.model.ts';

/** The person's sessions end at once, on every process, and signing in is refused until then. Repeating says it anew. */
export async function suspendUser(
  deps: UsersDeps,
  viewer: Viewer,
  { userId, until, reason }: SuspendInput,
): Promise<void> {
  if (userId === viewer.id) throw new AppError('BAD_REQUEST', 'You cannot suspend yourself');
  const end = until ? `until ${until.toISOString()}` : 'until it is ended';
  const audit = { by: viewer.id, action: 'userSuspended', userId, details: `${end}: ${reason}` } as const;
  await change(deps, { userId, audit, update: { $set: { suspension: { until, reason } } } });
  deps.tell({ type: 'closeUser', userId, reason: 'suspended' });
}

/** Idempotent. */
export async function unsuspendUser(deps: UsersDeps, viewer: Viewer, userId: UserId): Promise<void> {
  const audit = { by: viewer.id, action: 'userUnsuspended', userId, details: '' } as const;
  await change(deps, { userId, audit, update: { $unset: { suspension: 1 } } });
}

type Change = {
  readonly userId: UserId;
  readonly audit: Parameters<typeof recordAudit>[1];
  readonly update: object;
};

async function change(deps: UsersDeps, { userId, audit, update }: Change): Promise<void> {
  const known = await userModel(deps.db).findOne({ _id: userId, deletedAt: null }, { clerkId: 1 }).lean();
  if (!known) throw new AppError('NOT_FOUND', 'User not found');
  await recordAudit(deps, audit);
  await userModel(deps.db).updateOne({ _id: userId }, update, { timestamps: false });
  deps.viewers.forget(known.clerkId);
  deps.tell({ type: 'profileChanged', clerkId: known.clerkId });
}

/** Throws what a suspended person hears while it lasts. */
export function requireNotSuspended({ suspension }: UserDoc, now: number): void {
  if (!suspension) return;
  const { until, reason } = suspension;
  if (until && until.getTime() <= now) return;
  const end = until ? ` until ${until.toISOString().slice(0, 16).replace('T', ' ')} UTC` : '';
  throw new AppError('FORBIDDEN', `This account is suspended${end}: ${reason}`, { reason: 'suspended' });
}
