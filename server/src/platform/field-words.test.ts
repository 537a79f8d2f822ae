import { expect, it } from 'vitest';
import { z, type ZodType } from 'zod';
import { fieldWords } from './field-words.ts';

it.each<[ZodType, unknown, string]>([
  [z.string().min(1), '', 'must not be empty'],
  [z.string().max(3), 'four', 'must have at most 3 characters'],
  [z.string().min(3), 'to', 'must have at least 3 characters'],
  [z.int().min(1), 0, 'must be at least 1'],
  [z.int(), 1.5, 'must be a whole number'],
  [z.string(), undefined, 'is missing'],
  [z.string(), 7, 'must be a text'],
  [z.boolean(), 'yes', 'must be true or false'],
  [z.object({}), [], 'must be an object with fields'],
  [z.uuid(), 'x', 'is not a valid uuid'],
  [z.string().regex(/a/, 'is not a name'), 'x', 'is not a name'],
  [z.enum(['in', 'out']), 'up', 'must be one of in, out'],
  [z.string().refine(() => false, 'shows nothing'), 'x', 'shows nothing'],
  [z.string().refine(() => false), 'x', 'is not valid'],
  [z.union([z.string(), z.int()]), true, 'is not valid'],
])('says what is wrong in words for people: %#', (schema, value, words) => {
  const issues = schema.safeParse(value).error?.issues ?? [];
  expect(issues.map(fieldWords)).toEqual([words]);
});
