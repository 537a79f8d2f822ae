import type { ChatId, UserId } from '@whisper/shared';
import type { ChatsDeps } from '../chats/deps.ts';
import type { Broker } from '../delivery/broker.ts';
import type { FairGate } from '../platform/fair-gate.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { MessageLog } from './log/message-log.ts';

/** What this room needs. */
export type MessagesDeps = Pick<ChatsDeps, 'db' | 'lastMessages' | 'memberships'> & {
  readonly broker: Broker;
  readonly metrics: Pick<Metrics, 'sendSeconds' | 'replayed' | 'resets'>;
  readonly messageLog: MessageLog;
  /** What streams read again waits for its turn among people, like everything else that is read. */
  readonly reads: Pick<FairGate, 'run'>;
  /** A sent message ends its sender's typing. */
  readonly endTyping: (chatId: ChatId, userId: UserId) => void;
};
