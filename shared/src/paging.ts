import { z } from 'zod';
import { limits } from './limits.ts';
import { TextSchema } from './text.ts';

/** Opaque: a page's `nextCursor`, handed back to get the page after it. */
export const cursorSchema = TextSchema.max(limits.cursorLengthMax).nullish();

export function pageLimitSchema(sizeMax: number) {
  return z.int().min(1).max(sizeMax).default(sizeMax);
}
