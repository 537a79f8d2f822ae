import { z } from 'zod';
import { limits } from './limits.ts';

/**
 * What every string that enters must be: well formed, and without NUL. JSON can carry half of a surrogate pair, which
 * UTF-8 cannot, so the database would keep another string than the one that was announced; a pattern with NUL it refuses.
 */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}

/** A character that draws nothing by itself. U+2800, U+1D159, U+13441 and U+13442 are blank symbols. */
const blank =
  '\\p{White_Space}\\p{Default_Ignorable_Code_Point}\\p{Control}\\p{Format}\\p{Surrogate}\\p{Mark}\\u2800\\u{1D159}\\u{13441}\\u{13442}';

const visible = new RegExp(`[^${blank}]`, 'u');

/** Whether anything of the text can be seen: a combining mark alone, a blank symbol or a control character cannot. */
export function isVisible(text: string): boolean {
  return visible.test(text);
}

/** Any string input. What cannot be stored is refused, never changed: the caller would not know it again. */
export const TextSchema = z
  .string()
  .refine(isStorable, { error: 'holds characters that cannot be stored', abort: true });

/**
 * The text of a message. White space around it goes; everything else is stored, announced and repeated as it was sent,
 * or refused. It is compared with nothing but its own repeat, so it keeps its normal form.
 */
export const MessageTextSchema = TextSchema.trim()
  .min(1, { abort: true })
  .max(limits.textLengthMax)
  .refine(isVisible, 'shows nothing');

/** The same of a message with files, which need no words. */
export const CaptionSchema = TextSchema.trim()
  .max(limits.textLengthMax)
  .refine((text) => text === '' || isVisible(text), 'shows nothing');

/** A search: compared with names, so it is brought to the form that `toComparable` gives them. */
export const QuerySchema = TextSchema.trim().max(limits.queryLengthMax);

/** The form in which texts are compared: composed, lower-cased, one blank for any white space and control characters. */
export function toComparable(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFC')
    .replaceAll(/[\p{White_Space}\p{Control}]+/gu, ' ')
    .trim();
}

/** The start of a text, at most `length` code units, without half of a surrogate pair at its end. */
export function cutText(text: string, length: number): string {
  return text.slice(0, length).replace(/\p{Surrogate}$/u, '');
}

const nameLengthMax = 200;

/**
 * A name or an address as a directory gives it, mended instead of refused, because nobody here could correct it: well
 * formed, composed, on one line, without characters that turn the reading direction of what follows. Empty when nothing
 * of it can be seen.
 */
export function mendName(name: string): string {
  const mended = name
    .replaceAll(/\p{Surrogate}/gu, '\uFFFD')
    .normalize('NFC')
    .replaceAll(/\p{Bidi_Control}/gu, '')
    .replaceAll(/[\p{White_Space}\p{Control}]+/gu, ' ')
    .trim();
  return isVisible(mended) ? cutText(mended, nameLengthMax) : '';
}
