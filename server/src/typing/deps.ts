import type { ChatsDeps } from '../chats/deps.ts';
import type { Broker } from '../delivery/broker.ts';
import type { TypingState } from '../delivery/typing-state.ts';

/** What this room needs. */
export type TypingDeps = Pick<ChatsDeps, 'db' | 'memberships' | 'blocks'> & {
  readonly broker: Broker;
  readonly typing: TypingState;
};
