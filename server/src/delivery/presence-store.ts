import type { UserId } from '@whisper/shared';

/**
 * Who is online. Entries are per connection, so two devices are one person. Publishes to `topics.presence`
 * when their first connection comes, and, after a grace period in which they may come back unnoticed, when their
 * last one has gone, on whichever process.
 */
export interface PresenceStore {
  connect(userId: UserId, connectionId: string): void;
  /** Disconnecting twice, or what never connected, is harmless. */
  disconnect(userId: UserId, connectionId: string): void;
  /** The person is offline at once, whatever connections they have here. */
  forget(userId: UserId): void;
  /** Those of these people who are online, those in their grace period included. */
  findOnline(userIds: readonly UserId[]): Promise<UserId[]>;
  /** Nobody here comes or goes any more. */
  close(): Promise<void>;
}

/** Writes down when somebody was seen last. */
export type NoteLastSeen = (userId: UserId, at: Date) => void;
