import { z } from 'zod';

/** An id as MongoDB prints an ObjectId: 24 lower-case hexadecimal digits. */
const ObjectIdSchema = z.string().regex(/^[0-9a-f]{24}$/, 'is not a valid id');

export const UserIdSchema = ObjectIdSchema.brand<'UserId'>();
export type UserId = z.infer<typeof UserIdSchema>;

export const ChatIdSchema = ObjectIdSchema.brand<'ChatId'>();
export type ChatId = z.infer<typeof ChatIdSchema>;

export const MessageIdSchema = ObjectIdSchema.brand<'MessageId'>();
export type MessageId = z.infer<typeof MessageIdSchema>;

/** Made by the sender, once per message: the same id sent again is the same message. */
export const ClientIdSchema = z.uuid().toLowerCase();
export type ClientId = z.infer<typeof ClientIdSchema>;
