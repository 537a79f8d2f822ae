import type { Chat, ChatId, CreateGroupInput, UserId } from '@whisper/shared';
import { limits } from '@whisper/shared';
import type { Viewer } from '../identity/viewer.ts';
import { AppError, isDuplicateKey } from '../platform/errors.ts';
import { requireActiveUsers } from '../users/require-active-user.ts';
import { chatModel, type ChatDoc } from './chat.model.ts';
import type { ChatsDeps } from './deps.ts';
import { drawChatId } from './draw-chat-id.ts';
import { getChat } from './get-chat.ts';
import type { PlanChanges } from './group-change.ts';
import { requireNotBlocked } from './part-ways.ts';

/** Makes a group with oneself as its owner. The same `clientId` again is the same group, whatever became of it. */
export async function createGroup(
  deps: ChatsDeps,
  viewer: Viewer,
  { name, memberIds, clientId }: CreateGroupInput,
): Promise<Chat> {
  const others = [...new Set(memberIds)].filter((userId) => userId !== viewer.id);
  if (others.length >= limits.groupSizeMax) throw groupFull();
  await requireActiveUsers(deps, others);
  await requireNotBlocked(deps, viewer.id, others);
  const chatId = await findOrCreate(deps, name, `${viewer.id}:${clientId}`);
  await deps.changeGroup(chatId, { by: viewer.user, plan: planBeginning(name, others) });
  return getChat(deps, viewer.id, chatId);
}

export function groupFull(): AppError {
  return new AppError('CONFLICT', `A group has at most ${limits.groupSizeMax} people`);
}

/** A creation that ended in the middle is completed by its repeat, unless anything else has happened to the group since. */
function planBeginning(name: string, others: readonly UserId[]): PlanChanges {
  return ({ rev }) => [
    ...(rev === 0 ? [{ type: 'created', name } as const] : []),
    ...(rev <= 1 && others.length > 0 ? [{ type: 'memberAdded', userIds: others } as const] : []),
  ];
}

/** Nobody is in it, and it is on nobody's list, until its log says so. */
async function findOrCreate(deps: ChatsDeps, name: string, createKey: string): Promise<ChatId> {
  const chats = chatModel(deps.db);
  const known = await chats.findOne({ createKey }, { _id: 1 }).lean();
  if (known) return toId(known);
  const now = new Date(deps.clock.now());
  try {
    const created = await chats.create({
      _id: drawChatId(),
      kind: 'group',
      participants: [],
      openedBy: [],
      lastMessageAt: now,
      lastSeq: 0,
      name,
      avatar: null,
      historyVisible: true,
      membersRev: 0,
      createKey,
    });
    return toId(created);
  } catch (error) {
    const winner = isDuplicateKey(error) ? await chats.findOne({ createKey }, { _id: 1 }).lean() : null;
    if (!winner) throw error;
    return toId(winner);
  }
}

function toId({ _id }: Pick<ChatDoc, '_id'>): ChatId {
  return _id.toHexString() as ChatId;
}
