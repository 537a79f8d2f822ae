import { z } from 'zod';
import { isVisible, TextSchema } from './text.ts';

/** An id as MongoDB prints an ObjectId: 24 lower-case hexadecimal digits. */
const ObjectIdSchema = z.string().regex(/^[0-9a-f]{24}$/, 'is not a valid id');

declare const kind: unique symbol;

/** Tells ids of one kind from all others, for the compiler alone. With zod's own brand, all of zod's types would come along. */
export interface Brand<Kind extends string> {
  readonly [kind]: Kind;
}

function idSchema<Kind extends string>() {
  return ObjectIdSchema as z.ZodString & { readonly _zod: { readonly output: Brand<Kind> } };
}

export const UserIdSchema = idSchema<'UserId'>();
export type UserId = z.infer<typeof UserIdSchema>;

export const ChatIdSchema = idSchema<'ChatId'>();
export type ChatId = z.infer<typeof ChatIdSchema>;

export const MessageIdSchema = idSchema<'MessageId'>();
export type MessageId = z.infer<typeof MessageIdSchema>;

export const FileIdSchema = idSchema<'FileId'>();
export type FileId = z.infer<typeof FileIdSchema>;

export const DeviceIdSchema = idSchema<'DeviceId'>();
export type DeviceId = z.infer<typeof DeviceIdSchema>;

const clientIdLengthMax = 128;
const anyUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Made by the sender, once per message: the same id sent again is the same message. Any visible string is one and is kept
 * as it is, but for a UUID, of whatever version, whose case says nothing.
 */
export const ClientIdSchema = TextSchema.min(1)
  .max(clientIdLengthMax)
  .refine(isVisible, 'shows nothing')
  .overwrite((id) => (anyUuid.test(id) ? id.toLowerCase() : id));
export type ClientId = z.infer<typeof ClientIdSchema>;
