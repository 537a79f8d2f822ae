import type { ZodType } from 'zod';
import { AppError } from './errors.ts';
import { parseJson } from './parse-json.ts';

/** Makes an opaque page cursor of a sort key. */
export function encodeCursor(key: unknown): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Reads a cursor back; anything we did not make is BAD_REQUEST. */
export function decodeCursor<T>(schema: ZodType<T>, cursor: string): T {
  const parsed = schema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString('utf8')));
  if (!parsed.success) throw new AppError('BAD_REQUEST', 'The cursor is not one of ours');
  return parsed.data;
}
