import { ChatIdSchema } from '@whisper/shared';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../../platform/cursor.ts';
import type { Candidate } from '../log/find-terms.ts';

/** The last moment that a Date can name. */
export const timeMsMax = 8.64e15;

/**
 * Where a search stands: what was sent later was looked at, and of the same millisecond what comes before `last` in the
 * order of the results. `from` is where the stretch of time begins that is to be looked at next; null while it is not known
 * whether that is not everything.
 */
export type Place = {
  readonly at: number;
  readonly last: { readonly chatId: string; readonly seq: number } | null;
  readonly from: number | null;
};

const ms = z.int().min(-timeMsMax).max(timeMsMax);
const CursorSchema = z
  .tuple([ms, ChatIdSchema.nullable(), z.int().min(0), ms.nullable()])
  .refine(([at, , , from]) => from === null || from < at)
  .transform(
    ([at, chatId, seq, from]): Place => ({ at, last: chatId === null ? null : { chatId, seq }, from }),
  );

export function readPlace(cursor: string | null | undefined): Place {
  return cursor ? decodeCursor(CursorSchema, cursor) : { at: timeMsMax, last: null, from: null };
}

export function toCursor({ at, last, from }: Place): string {
  return encodeCursor([at, last?.chatId ?? null, last?.seq ?? 0, from]);
}

/** `spanMs`: how much time before it is to be looked at next. */
export function placeOf({ chat, seq, createdAt }: Candidate, spanMs: number | null): Place {
  const at = createdAt.getTime();
  const from = spanMs === null ? null : Math.max(-timeMsMax, at - spanMs);
  return { at, last: { chatId: chat.toHexString(), seq }, from };
}

export function isBehind({ at, last }: Place, { chat, seq, createdAt }: Candidate): boolean {
  const time = createdAt.getTime();
  if (time !== at || !last) return time <= at;
  const chatId = chat.toHexString();
  return chatId === last.chatId ? seq < last.seq : chatId < last.chatId;
}

/** The order of the results: the newest first, and of one millisecond chat by chat. No two are equal. */
export function newestFirst(one: Candidate, other: Candidate): number {
  const byTime = other.createdAt.getTime() - one.createdAt.getTime();
  if (byTime !== 0) return byTime;
  const [chat, otherChat] = [one.chat.toHexString(), other.chat.toHexString()];
  return chat === otherChat ? other.seq - one.seq : chat < otherChat ? 1 : -1;
}
