import type { ChatId } from './ids.ts';
import type { Message, MessageChanges, MessageEvent, MessagePage } from './messages.ts';

/**
 * What a client knows of one chat: a run of messages in ascending `seq` without holes, complete up to `rev`.
 * Values are never mutated; an event that changes nothing returns the same object.
 */
export type ChatLog = {
  readonly chatId: ChatId;
  readonly messages: readonly Message[];
  readonly rev: number;
  readonly hasOlder: boolean;
};

/** The events that change a log. The others only mark a place in the stream. */
export type LogEvent = Exclude<MessageEvent, { type: 'synced' } | { type: 'reset' }>;

/** `gapAfterRev` asks the caller to fetch `message.changes({ chatId, afterRev: gapAfterRev })` and apply it. */
export type Applied = { readonly log: ChatLog; readonly gapAfterRev?: number };

/** Starts a log from the newest page of `message.list`. */
export function startLog(chatId: ChatId, page: MessagePage): ChatLog {
  return { chatId, messages: page.messages, rev: page.rev, hasOlder: page.hasMore };
}

/**
 * Applies one live event. A rev the log already has is ignored, so repeats are harmless; a jump in rev changes
 * nothing and reports the gap.
 */
export function applyEvent(log: ChatLog, event: LogEvent): Applied {
  if (event.chatId !== log.chatId || event.rev <= log.rev) return { log };
  if (event.rev > log.rev + 1) return { log, gapAfterRev: log.rev };
  switch (event.type) {
    case 'created':
      return { log: { ...log, messages: mergeMessages(log.messages, [event.message]), rev: event.rev } };
  }
}

/**
 * Applies an answer of `message.changes` that was asked for with an `afterRev` of at most the log's rev. A change
 * to a message older than the oldest one held is left to the page that will bring it.
 */
export function applyChanges(log: ChatLog, changes: MessageChanges): ChatLog {
  if (changes.rev <= log.rev) return log;
  const oldest = log.hasOlder ? (log.messages[0]?.seq ?? 0) : 0;
  const fresh = changes.messages.filter((message) => message.rev > log.rev && message.seq >= oldest);
  return { ...log, messages: mergeMessages(log.messages, fresh), rev: changes.rev };
}

/** Puts a page that was asked for with `before: log.messages[0].seq` in front of the log. */
export function prependPage(log: ChatLog, page: MessagePage): ChatLog {
  return { ...log, messages: mergeMessages(log.messages, page.messages), hasOlder: page.hasMore };
}

/** One message per `seq`, the higher `rev` winning. */
function mergeMessages(known: readonly Message[], added: readonly Message[]): readonly Message[] {
  const last = known.at(-1)?.seq ?? 0;
  const isAppend = added.every((message, index) => message.seq > (added[index - 1]?.seq ?? last));
  if (isAppend) return [...known, ...added];
  const bySeq = new Map(known.map((message) => [message.seq, message]));
  for (const message of added) {
    const held = bySeq.get(message.seq);
    if (!held || held.rev < message.rev) bySeq.set(message.seq, message);
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
