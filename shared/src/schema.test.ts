import { expect, it } from 'vitest';
import type { z } from 'zod';
import { MessageSchema, type Message } from './messages.ts';
import { ListUsersInputSchema, type ListUsersInput } from './users.ts';
import type { Schema } from './schema.ts';

it('is what a schema of zod does', () => {
  const message: Schema<Message, z.input<typeof MessageSchema>> = MessageSchema;
  const list: Schema<ListUsersInput, z.input<typeof ListUsersInputSchema>> = ListUsersInputSchema;
  expect(list.parse({})).toEqual({ limit: expect.any(Number) });
  const refused = message.safeParse({});
  expect(refused.success ? [] : refused.error.issues).toContainEqual(
    expect.objectContaining({ path: ['id'], code: 'invalid_type' }),
  );
});
