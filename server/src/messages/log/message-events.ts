import type { LogEvent, Message, UserId } from '@whisper/shared';
import type { FeedItem } from '@whisper/trpc-socket/feed';
import type { Broker } from '../../delivery/broker.ts';
import { topics } from '../../delivery/topics.ts';
import { toChatCursor, toTimeCursor } from './event-cursor.ts';

/** A message in the log: as it is now, and the number it came with. */
export type LogEntry = {
  readonly message: Message;
  readonly createdRev: number;
  /** People to whom it still is what it was before: they are not told. */
  readonly keptFrom: readonly UserId[];
};

/**
 * The one place where a message becomes an event, live and in a replay, for a reader who has everything up to `prevRev`, and
 * had everything up to `start` before they began to read: created when it is new to them, whatever happened to it since.
 */
export function toEvent({ message, createdRev }: LogEntry, prevRev: number, start = prevRev): LogEvent {
  const { chatId, rev } = message;
  return { type: createdRev > start ? 'created' : 'updated', chatId, rev, prevRev, message };
}

/**
 * What such a reader hears of the entries after `prevRev`, given in the log's order. A message that was changed stands behind
 * others that are newer, so a part of the log does not say by itself what is new in it.
 */
export function toEvents(entries: readonly LogEntry[], prevRev: number, start = prevRev): LogEvent[] {
  return entries.map((entry, index) => toEvent(entry, entries[index - 1]?.message.rev ?? prevRev, start));
}

type Announcing = Pick<Broker, 'publish' | 'publishAll' | 'completeUntil'>;

export type Audience = {
  readonly participants: readonly UserId[];
  /** The streams of all chats listen to the group instead of each person's topic. */
  readonly isLarge: boolean;
};

/** Announces a stored change to the chat's stream and to the streams of all chats. */
export function publishEntry(broker: Announcing, entry: LogEntry, { isLarge, participants }: Audience): void {
  const audience = { isLarge, participants: toldOf(entry, participants) };
  publishEvent(broker, toEvent(entry, entry.message.rev - 1), audience);
}

/** Those of the people who are told of an entry. */
export function toldOf({ keptFrom }: LogEntry, people: readonly UserId[]): readonly UserId[] {
  return keptFrom.length === 0 ? people : people.filter((userId) => !keptFrom.includes(userId));
}

/** The same for what is an event already; all streams carry the same one. */
export function publishEvent(broker: Announcing, data: LogEvent, { participants, isLarge }: Audience): void {
  const { chatId, rev, message } = data;
  const ofChat = { data, id: toChatCursor(chatId, rev), audience: participants };
  const at = Math.min(message.updatedAt.getTime(), broker.completeUntil);
  const ofUsers: FeedItem<LogEvent> = { ...ofChat, id: toTimeCursor(at, message) };
  broker.publish(topics.messagesOfChat(chatId), ofChat);
  if (isLarge) return broker.publish(topics.messagesOfGroup(chatId), ofUsers);
  broker.publishAll(participants.map(topics.messagesOfUser), ofUsers);
}
