import type { Role, UserId } from '@whisper/shared';
import { AppError } from '../platform/errors.ts';
import type { Group } from './group-change.ts';
import { chatNotFound } from './require-participant.ts';

/** What is not everybody's to do in a group: who may. Everything else may be done by whoever is in it. */
const rolesFor = {
  /** The name, the picture, what those see who come. */
  update: ['owner', 'admin'],
  addMembers: ['owner', 'admin'],
  /** To make, to see and to revoke them. */
  invite: ['owner', 'admin'],
  removeMember: ['owner', 'admin'],
  removeAdmin: ['owner'],
  removeOwner: ['owner'],
  setRole: ['owner'],
  /** While the group is read-only. */
  write: ['owner', 'admin'],
  /** As often as they like, in a group with slow mode. */
  writeAtOnce: ['owner', 'admin'],
  /** A message that somebody else sent. */
  deleteMessage: ['owner', 'admin'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type GroupAction = keyof typeof rolesFor;

export function may(role: Role, action: GroupAction): boolean {
  const roles: readonly Role[] = rolesFor[action];
  return roles.includes(role);
}

/** FORBIDDEN for a role that may not. */
export function requireMay(role: Role, action: GroupAction): void {
  if (!may(role, action)) throw new AppError('FORBIDDEN', 'Only owners and admins of the group may do this');
}

/** What removing somebody with that role is. */
export function removalOf(role: Role): GroupAction {
  switch (role) {
    case 'member':
      return 'removeMember';
    case 'admin':
      return 'removeAdmin';
    case 'owner':
      return 'removeOwner';
  }
}

/** What a person is in the group; NOT_FOUND when they are not in it. */
export function roleIn({ roles }: Group, userId: UserId): Role {
  const role = roles.get(userId);
  if (!role) throw chatNotFound();
  return role;
}

/** CONFLICT when nobody would own the group without this person, though others are in it. */
export function requireOtherOwner({ roles }: Group, userId: UserId): void {
  const others = [...roles].filter(([id]) => id !== userId);
  if (roles.get(userId) !== 'owner' || others.length === 0) return;
  if (!others.some(([, role]) => role === 'owner')) {
    throw new AppError('CONFLICT', 'Its last owner hands the group over first');
  }
}

/** What a member hears who wants to write where only owners and admins do. */
export const readOnlyNow = () =>
  new AppError('FORBIDDEN', 'Only owners and admins write in this group', { reason: 'readOnly' });

/** What a member hears who wrote a moment ago in a group with slow mode. */
export const tooSoon = (retryAfterMs: number) =>
  new AppError('TOO_MANY_REQUESTS', `You can write again in ${Math.ceil(retryAfterMs / 1_000)} s`, {
    ...{ retryAfterMs, reason: 'slowMode' },
  });
