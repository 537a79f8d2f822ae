import type { Connection as Database } from 'mongoose';
import type { LastMessages } from '../../chats/last-messages.ts';
import type { Broker } from '../../delivery/broker.ts';
import type { Blocks } from '../../users/blocks.ts';
import type { Clock } from '../../platform/clock.ts';

/** What storing and announcing a message needs. */
export type LogDeps = {
  readonly db: Database;
  readonly clock: Clock;
  readonly broker: Broker;
  readonly lastMessages: LastMessages;
  readonly blocks: Blocks;
};
