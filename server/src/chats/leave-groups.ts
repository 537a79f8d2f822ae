import type { ChatId, Role, User, UserId } from '@whisper/shared';
import { Types } from 'mongoose';
import { chatModel } from './chat.model.ts';
import type { ChatsDeps } from './deps.ts';
import type { Group, GroupChange } from './group-change.ts';

/**
 * Takes a person out of every group, by its log. The last owner of a group in which others are hands it over: to the admin who
 * has been in it longest, or the member. Idempotent.
 */
export async function leaveGroups(
  { db, changeGroup }: Pick<ChatsDeps, 'db' | 'changeGroup'>,
  person: User,
): Promise<void> {
  const groups = await chatModel(db)
    .find({ kind: 'group', participants: new Types.ObjectId(person.id) }, { _id: 1 })
    .lean();
  for (const { _id } of groups) {
    const plan = (group: Group) => planLeaving(group, person.id);
    await changeGroup(_id.toHexString() as ChatId, { by: person, plan });
  }
}

function planLeaving(group: Group, userId: UserId): readonly GroupChange[] {
  if (!group.roles.has(userId)) return [];
  const heir = findHeir(group, userId);
  return [
    ...(heir ? [{ type: 'roleChanged', userId: heir, role: 'owner' } as const] : []),
    { type: 'memberLeft' },
  ];
}

/** Who owns the group after its last owner; undefined when another owner stays, or nobody does. */
function findHeir({ roles, joinedRevs }: Group, userId: UserId): UserId | undefined {
  const others = [...roles].filter(([id]) => id !== userId);
  const isNeeded = roles.get(userId) === 'owner' && others.every(([, role]) => role !== 'owner');
  if (!isNeeded) return undefined;
  const rank = (role: Role) => (role === 'admin' ? 0 : 1);
  const since = (id: UserId) => joinedRevs.get(id) ?? 0;
  const [heir] = others.toSorted(
    ([one, roleOfOne], [other, roleOfOther]) =>
      rank(roleOfOne) - rank(roleOfOther) || since(one) - since(other),
  );
  return heir?.[0];
}
