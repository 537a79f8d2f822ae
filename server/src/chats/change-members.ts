import { limits } from '@whisper/shared';
import type { AddMembersInput, Chat, ChatId, RemoveMemberInput, SetRoleInput } from '@whisper/shared';
import type { Viewer } from '../identity/viewer.ts';
import { AppError } from '../platform/errors.ts';
import { requireActiveUsers } from '../users/require-active-user.ts';
import { changeAndShow, changeGroup, requireGroup } from './change-group.ts';
import { groupFull } from './create-group.ts';
import type { ChatsDeps } from './deps.ts';
import { requireNotBlocked } from './part-ways.ts';
import { removalOf, requireMay, requireOtherOwner } from './policy.ts';

/** Brings people into a group. Those who are in it already stay what they are. */
export async function addMembers(
  deps: ChatsDeps,
  viewer: Viewer,
  { chatId, userIds }: AddMembersInput,
): Promise<Chat> {
  const wanted = [...new Set(userIds)];
  // Who may not add anybody is not told who there is.
  requireMay((await requireGroup(deps, viewer, chatId)).role, 'addMembers');
  await requireActiveUsers(deps, wanted);
  await requireNotBlocked(deps, viewer.id, wanted);
  return changeAndShow(deps, viewer, {
    chatId,
    plan({ roles }, role) {
      requireMay(role, 'addMembers');
      const coming = wanted.filter((userId) => !roles.has(userId));
      if (roles.size + coming.length > limits.groupSizeMax) throw groupFull();
      return coming.length > 0 ? [{ type: 'memberAdded', userIds: coming }] : [];
    },
  });
}

/** Puts somebody out of a group: they receive nothing that is written afterwards. */
export function removeMember(
  deps: ChatsDeps,
  viewer: Viewer,
  { chatId, userId }: RemoveMemberInput,
): Promise<Chat> {
  return changeAndShow(deps, viewer, {
    chatId,
    plan({ roles }, role) {
      const theirs = roles.get(userId);
      requireMay(role, removalOf(theirs ?? 'member'));
      if (userId === viewer.id) throw new AppError('BAD_REQUEST', 'Leave the group instead');
      return theirs ? [{ type: 'memberRemoved', userId }] : [];
    },
  });
}

/** Goes out of a group. CONFLICT for its last owner, who hands it over first, unless nobody else is in it. */
export function leaveGroup(deps: ChatsDeps, viewer: Viewer, chatId: ChatId): Promise<void> {
  return changeGroup(deps, viewer, {
    chatId,
    plan(group) {
      requireOtherOwner(group, viewer.id);
      return [{ type: 'memberLeft' }];
    },
  });
}

/** Changes what somebody is in a group. CONFLICT when nobody would own it any more. */
export function setRole(
  deps: ChatsDeps,
  viewer: Viewer,
  { chatId, userId, role: wanted }: SetRoleInput,
): Promise<Chat> {
  return changeAndShow(deps, viewer, {
    chatId,
    plan(group, role) {
      requireMay(role, 'setRole');
      const theirs = group.roles.get(userId);
      if (!theirs) throw new AppError('NOT_FOUND', 'Member not found');
      if (theirs === wanted) return [];
      requireOtherOwner(group, userId);
      return [{ type: 'roleChanged', userId, role: wanted }];
    },
  });
}
