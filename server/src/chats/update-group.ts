import type { Chat, ChatId, UpdateGroupInput } from '@whisper/shared';
import type { Viewer } from '../identity/viewer.ts';
import { changeGroup } from './change-group.ts';
import { chatModel } from './chat.model.ts';
import type { ChatsDeps } from './deps.ts';
import { getChat } from './get-chat.ts';
import type { Group, GroupChange } from './group-change.ts';
import { listParticipants } from './list-changed-chats.ts';
import { requireMay } from './policy.ts';
import { publishMine } from './publish-chat-events.ts';

/**
 * Changes what a group is called, its picture, whether those who come see what was written before, who may write how often, and
 * how long messages are kept.
 */
export async function updateGroup(
  deps: ChatsDeps,
  viewer: Viewer,
  { chatId, retentionDays, ...wanted }: UpdateGroupInput,
): Promise<Chat> {
  await changeGroup(deps, viewer, {
    chatId,
    plan(group, role) {
      requireMay(role, 'update');
      return differences(group, wanted);
    },
  });
  if (retentionDays !== undefined) await keepFor(deps, chatId, retentionDays);
  return getChat(deps, viewer.id, chatId);
}

/** How long messages are kept is no part of the log, which would keep saying so of what is gone. */
async function keepFor(
  { db, broker, clock }: ChatsDeps,
  chatId: ChatId,
  retentionDays: number | null,
): Promise<void> {
  const at = new Date(clock.now());
  const change = retentionDays === null ? { $unset: { retentionDays: 1 } } : { $set: { retentionDays } };
  await chatModel(db).updateOne({ _id: chatId }, { ...change, $max: { marksAt: at } });
  for (const userId of await listParticipants(db, chatId)) publishMine(broker, userId, { chatId, at });
}

function differences(
  group: Group,
  {
    name,
    avatar,
    historyVisible,
    slowModeSeconds,
    readOnly,
  }: Omit<UpdateGroupInput, 'chatId' | 'retentionDays'>,
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
