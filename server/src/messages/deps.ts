import type { ChatId, UserId } from '@whisper/shared';
import type { ChatsDeps } from '../chats/deps.ts';
import type { FilesDeps } from '../files/deps.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { MessageLog } from './log/message-log.ts';

/** What this room needs. */
export type MessagesDeps = Pick<
  ChatsDeps,
  'db' | 'broker' | 'clock' | 'reads' | 'lastMessages' | 'memberships'
> &
  Pick<FilesDeps, 'storage'> & {
    readonly metrics: Pick<Metrics, 'sendSeconds' | 'replayed' | 'resets'>;
    readonly messageLog: MessageLog;
    /** A sent message ends its sender's typing. */
    readonly endTyping: (chatId: ChatId, userId: UserId) => void;
  };
