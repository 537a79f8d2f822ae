import type { Chat, UpdateGroupInput } from '@whisper/shared';
import type { Viewer } from '../identity/viewer.ts';
import { changeAndShow } from './change-group.ts';
import type { ChatsDeps } from './deps.ts';
import type { Group, GroupChange } from './group-change.ts';
import { requireMay } from './policy.ts';

/** Changes what a group is called, its picture, and whether those who come see what was written before. */
export function updateGroup(
  deps: ChatsDeps,
  viewer: Viewer,
  { chatId, ...wanted }: UpdateGroupInput,
): Promise<Chat> {
  return changeAndShow(deps, viewer, {
    chatId,
    plan(group, role) {
      requireMay(role, 'update');
      return differences(group, wanted);
    },
  });
}

function differences(
  group: Group,
  { name, avatar, historyVisible }: Omit<UpdateGroupInput, 'chatId'>,
): GroupChange[] {
  return [
    ...(name !== undefined && name !== group.name ? [{ type: 'renamed', name } as const] : []),
    ...(avatar !== undefined && avatar !== group.avatar ? [{ type: 'avatarChanged', avatar } as const] : []),
    ...(historyVisible !== undefined && historyVisible !== group.historyVisible
      ? [{ type: 'historyChanged', historyVisible } as const]
      : []),
  ];
}
