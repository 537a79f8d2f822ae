import { limits } from '@whisper/shared';
import type { ChatId, CreateInviteInput, Invite, InviteList, RevokeInviteInput } from '@whisper/shared';
import { Types } from 'mongoose';
import { randomBytes } from 'node:crypto';
import type { Viewer } from '../identity/viewer.ts';
import { AppError } from '../platform/errors.ts';
import { findUsers } from '../users/find-users.ts';
import { requireGroup } from './change-group.ts';
import type { ChatsDeps } from './deps.ts';
import { inviteModel, type InviteDoc } from './invite.model.ts';
import { requireMay } from './policy.ts';
import { toUserId } from './chat.view.ts';

/** Makes an invitation: whoever has its code may come into the group while it works. */
export async function createInvite(
  deps: ChatsDeps,
  viewer: Viewer,
  { chatId, expiresAt, usesMax }: CreateInviteInput,
): Promise<Invite> {
  await requireInviter(deps, viewer, chatId);
  const now = new Date(deps.clock.now());
  if (expiresAt && expiresAt <= now)
    throw new AppError('BAD_REQUEST', 'The invitation would not work any more');
  const invites = inviteModel(deps.db);
  if ((await invites.countDocuments({ chat: chatId, ...working(now) })) >= limits.invitesMax) {
    throw new AppError('CONFLICT', `A group has at most ${limits.invitesMax} invitations: revoke one first`);
  }
  const created = await invites.create({
    code: randomBytes(18).toString('base64url'),
    chat: new Types.ObjectId(chatId),
    createdBy: new Types.ObjectId(viewer.id),
    createdAt: now,
    ...(expiresAt && { expiresAt }),
    ...(usesMax !== undefined && { usesMax }),
    uses: 0,
    usedBy: [],
  });
  return toInvite(created.toObject(), viewer.user);
}

/** The invitations of a group that work, newest first. */
export async function listInvites(deps: ChatsDeps, viewer: Viewer, chatId: ChatId): Promise<InviteList> {
  await requireInviter(deps, viewer, chatId);
  const docs = await inviteModel(deps.db)
    .find({ chat: chatId, ...working(new Date(deps.clock.now())) })
    .sort({ createdAt: -1, _id: -1 })
    .lean();
  const users = await findUsers(
    deps,
    docs.map(({ createdBy }) => toUserId(createdBy)),
  );
  return {
    invites: docs.flatMap((doc) => {
      const by = users.get(toUserId(doc.createdBy));
      return by ? [toInvite(doc, by)] : [];
    }),
  };
}

/** From then on nobody comes by it. Idempotent; a code of another group is none. */
export async function revokeInvite(
  deps: ChatsDeps,
  viewer: Viewer,
  { chatId, code }: RevokeInviteInput,
): Promise<void> {
  await requireInviter(deps, viewer, chatId);
  const revokedAt = new Date(deps.clock.now());
  await inviteModel(deps.db).updateOne({ chat: chatId, code, revokedAt: null }, { $set: { revokedAt } });
}

async function requireInviter(deps: ChatsDeps, viewer: Viewer, chatId: ChatId): Promise<void> {
  requireMay((await requireGroup(deps, viewer, chatId)).role, 'invite');
}

/** Of those that are revoked, have expired or are used up none works. */
export function working(now: Date) {
  return {
    revokedAt: null,
    $and: [
      { $or: [{ expiresAt: null }, { expiresAt: { $gt: now } }] },
      { $or: [{ usesMax: null }, { $expr: { $lt: ['$uses', '$usesMax'] } }] },
    ],
  };
}

function toInvite(doc: InviteDoc, createdBy: Viewer['user']): Invite {
  return {
    code: doc.code,
    chatId: doc.chat.toHexString() as ChatId,
    createdBy,
    createdAt: doc.createdAt,
    expiresAt: doc.expiresAt ?? null,
    usesMax: doc.usesMax ?? null,
    uses: doc.uses,
  };
}
