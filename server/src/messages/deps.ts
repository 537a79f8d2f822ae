import type { ChatId, MessageId, PushOutcome, UserId } from '@whisper/shared';
import type { ChatsDeps } from '../chats/deps.ts';
import type { FilesDeps } from '../files/deps.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { MessageLog } from './log/message-log.ts';

export type FindPushOutcomes = (
  messageId: MessageId,
  userIds: readonly UserId[],
) => Promise<ReadonlyMap<UserId, readonly PushOutcome[]>>;

/** What this room needs. */
export type MessagesDeps = Pick<
  ChatsDeps,
  'db' | 'broker' | 'writes' | 'clock' | 'streams' | 'lastMessages' | 'memberships' | 'blocks'
> &
  Pick<FilesDeps, 'storage' | 'rules' | 'inspections' | 'isInMessage' | 'metrics'> & {
    readonly metrics: Pick<Metrics, 'sendSeconds' | 'replayed' | 'resets'>;
    readonly messageLog: MessageLog;
    /** What became of pushes about a message, by person; of who is missing nothing is known. */
    readonly findPushOutcomes: FindPushOutcomes;
    /** A sent message ends its sender's typing. */
    readonly endTyping: (chatId: ChatId, userId: UserId) => void;
  };
