import type { Chat, ChatId, Role } from '@whisper/shared';
import type { Viewer } from '../identity/viewer.ts';
import { AppError } from '../platform/errors.ts';
import type { GroupMembership } from './chat.view.ts';
import type { ChatsDeps } from './deps.ts';
import { getChat } from './get-chat.ts';
import type { Group, GroupChange } from './group-change.ts';
import { roleIn } from './policy.ts';
import { requireParticipant } from './require-participant.ts';

/** What the group is to the person; FORBIDDEN in a direct chat, which has nothing of that. */
export async function requireGroup(
  deps: Pick<ChatsDeps, 'db' | 'memberships'>,
  viewer: Pick<Viewer, 'id'>,
  chatId: ChatId,
): Promise<GroupMembership> {
  const membership = await requireParticipant(deps, chatId, viewer.id);
  if (membership.kind === 'group') return membership;
  throw new AppError('FORBIDDEN', 'The chat is not a group');
}

type Planned = {
  readonly chatId: ChatId;
  /** Nothing when it is so already; throws when somebody of that role may not do it. */
  readonly plan: (group: Group, role: Role) => readonly GroupChange[];
};

/** Changes a group as one of its people, whose role counts where the change stands in the log. Idempotent. */
export async function changeGroup(deps: ChatsDeps, viewer: Viewer, { chatId, plan }: Planned): Promise<void> {
  await requireGroup(deps, viewer, chatId);
  await deps.changeGroup(chatId, {
    by: viewer.user,
    plan: (group) => plan(group, roleIn(group, viewer.id)),
  });
}

/** The same; resolves with the group as it is then. */
export async function changeAndShow(deps: ChatsDeps, viewer: Viewer, planned: Planned): Promise<Chat> {
  await changeGroup(deps, viewer, planned);
  return getChat(deps, viewer.id, planned.chatId);
}
