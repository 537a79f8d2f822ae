import type { UserId } from '@whisper/shared';

/**
 * Who is online. Entries are per connection, so two devices are one person. Publishes to `topics.presence()`
 * when a person's first connection comes, and, after a grace period in which they may come back unnoticed, when
 * their last one has gone.
 */
export interface PresenceStore {
  connect(userId: UserId, connectionId: string): void;
  /** Disconnecting twice, or what never connected, is harmless. */
  disconnect(userId: UserId, connectionId: string): void;
  /** Everyone online, those in their grace period included. */
  list(): Promise<readonly UserId[]>;
}
