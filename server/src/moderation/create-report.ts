import type {
  Chat,
  ChatId,
  CreateReportInput,
  Evidence,
  MessageId,
  ReportCreated,
  UserId,
} from '@whisper/shared';
import { Types } from 'mongoose';
import { getChat } from '../chats/get-chat.ts';
import { listMessages } from '../messages/list-messages.ts';
import { openMessage } from '../messages/open-message.ts';
import { isDuplicateKey } from '../platform/errors.ts';
import { getUser } from '../users/get-user.ts';
import type { ModerationDeps } from './deps.ts';
import { reportModel } from './report.model.ts';

/** Messages that are copied with a report: the one it is about, and what stands around it. */
const contextSize = 11;

/**
 * Keeps what somebody can see of a message, a person or a chat, as it is now, for moderators. While a report is open, the same
 * one again is that report.
 */
export async function createReport(
  deps: ModerationDeps,
  viewerId: UserId,
  input: CreateReportInput,
): Promise<ReportCreated> {
  const { messageId, userId, chatId, reason, text = '' } = input;
  const subject = messageId ?? userId ?? chatId ?? '';
  const evidence = await collect(deps, viewerId, input);
  const reporter = new Types.ObjectId(viewerId);
  const createdAt = new Date(deps.clock.now());
  try {
    const created = await reportModel(deps.db).create({
      ...{ reporter, subject, reason, text, evidence, createdAt },
      state: 'open',
    });
    return { reportId: created._id.toHexString(), createdAt };
  } catch (error) {
    const known = isDuplicateKey(error)
      ? await reportModel(deps.db).findOne({ reporter, subject, state: 'open' }).lean()
      : null;
    if (!known) throw error;
    return { reportId: known._id.toHexString(), createdAt: known.createdAt };
  }
}

async function collect(
  deps: ModerationDeps,
  viewerId: UserId,
  { messageId, userId, chatId }: CreateReportInput,
): Promise<Evidence> {
  if (messageId) return collectMessage(deps, viewerId, messageId);
  if (chatId) return collectChat(deps, viewerId, chatId);
  const user = userId ? await getUser(deps, userId) : null;
  return { messageId: null, messages: [], chat: null, user };
}

async function collectMessage(
  deps: ModerationDeps,
  viewerId: UserId,
  messageId: MessageId,
): Promise<Evidence> {
  const { message } = await openMessage(deps, messageId, viewerId);
  const { chatId, seq, sender } = message;
  const [chat, { messages }] = await Promise.all([
    getChat(deps, viewerId, chatId),
    listMessages(deps, viewerId, { chatId, around: seq, limit: contextSize }),
  ]);
  return { messageId, messages, chat: describe(chat), user: sender };
}

async function collectChat(deps: ModerationDeps, viewerId: UserId, chatId: ChatId): Promise<Evidence> {
  const chat = await getChat(deps, viewerId, chatId);
  const { messages } = await listMessages(deps, viewerId, { chatId: chat.id, limit: contextSize });
  const user = chat.kind === 'direct' ? chat.participant : null;
  return { messageId: null, messages, chat: describe(chat), user };
}

function describe({ id, kind, participant }: Chat): Evidence['chat'] {
  return { id, kind, name: participant.name };
}
