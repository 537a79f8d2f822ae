import type { Chat, UpdateGroupInput } from '@whisper/shared';
import type { Viewer } from '../identity/viewer.ts';
import { changeAndShow } from './change-group.ts';
import type { ChatsDeps } from './deps.ts';
import type { Group, GroupChange } from './group-change.ts';
import { requireMay } from './policy.ts';

/** Changes what a group is called, its picture, whether those who come see what was written before, and who may write how often. */
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
  { name, avatar, historyVisible, slowModeSeconds, readOnly }: Omit<UpdateGroupInput, 'chatId'>,
): GroupChange[] {
  return [
    ...(name !== undefined && name !== group.name ? [{ type: 'renamed', name } as const] : []),
    ...(avatar !== undefined && avatar !== group.avatar ? [{ type: 'avatarChanged', avatar } as const] : []),
    ...(historyVisible !== undefined && historyVisible !== group.historyVisible
      ? [{ type: 'historyChanged', historyVisible } as const]
      : []),
    ...(slowModeSeconds !== undefined && slowModeSeconds !== group.slowModeSeconds
      ? [{ type: 'slowModeChanged', slowModeSeconds } as const]
      : []),
    ...(readOnly !== undefined && readOnly !== group.readOnly
      ? [{ type: 'readOnlyChanged', readOnly } as const]
      : []),
  ];
}
