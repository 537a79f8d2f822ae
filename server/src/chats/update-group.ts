import type { Chat, UpdateGroupInput } from '@whisper/shared';
import type { Viewer } from '../identity/viewer.ts';
import { changeGroup } from './change-group.ts';
import type { ChatsDeps } from './deps.ts';
import { getChat } from './get-chat.ts';
import type { Group, GroupChange } from './group-change.ts';
import { requireMay } from './policy.ts';

/**
 * Changes what a group is called, its picture, whether those who come see what was written before, who may write how often, and
 * how long messages are kept.
 */
export async function updateGroup(
  deps: ChatsDeps,
  viewer: Viewer,
  { chatId, ...wanted }: UpdateGroupInput,
): Promise<Chat> {
  await changeGroup(deps, viewer, {
    chatId,
    plan(group, role) {
      requireMay(role, 'update');
      return differences(group, wanted);
    },
  });
  return getChat(deps, viewer.id, chatId);
}

function differences(
  group: Group,
  {
    name,
    avatar,
    historyVisible,
    slowModeSeconds,
    readOnly,
    retentionDays,
  }: Omit<UpdateGroupInput, 'chatId'>,
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
    ...(retentionDays !== undefined && retentionDays !== group.retentionDays
      ? [{ type: 'retentionChanged', retentionDays } as const]
      : []),
  ];
}
