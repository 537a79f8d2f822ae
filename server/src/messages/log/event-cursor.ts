import type { ChatId } from '@whisper/shared';

/** The id of an event in one chat's stream: the log position it brings the reader to. */
export function toChatCursor(chatId: ChatId, rev: number): string {
  return `${chatId}:${rev}`;
}

/** The log position, or undefined for an id that is not from this chat's stream. */
export function parseChatCursor(chatId: ChatId, cursor: string): number | undefined {
  const [prefix, digits] = splitOnce(cursor);
  return prefix === chatId ? toPosition(digits) : undefined;
}

/**
 * The id of an event in the stream of all my chats: a position in time, in epoch milliseconds, and what makes it
 * unique there. tRPC's client drops an event whose id it has seen while it moves to another connection.
 */
export function toTimeCursor(at: number, event?: { readonly chatId: ChatId; readonly rev: number }): string {
  return event ? `t:${at}:${event.chatId}:${event.rev}` : `t:${at}`;
}

/** The position, or undefined for an id that is not from that stream. */
export function parseTimeCursor(cursor: string): number | undefined {
  const [prefix, rest] = splitOnce(cursor);
  return prefix === 't' ? toPosition(rest.split(':', 1)[0] ?? '') : undefined;
}

function splitOnce(cursor: string): [string, string] {
  const colon = cursor.indexOf(':');
  return [cursor.slice(0, Math.max(colon, 0)), cursor.slice(colon + 1)];
}

function toPosition(digits: string): number | undefined {
  return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
}
