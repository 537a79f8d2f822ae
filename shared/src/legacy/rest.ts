import { z } from 'zod';
import { ChatIdSchema, UserIdSchema } from '../ids.ts';

/** Every schema of the old REST interface by the name it has in the OpenAPI document. */
export const legacySchemas = z.registry<{ id: string }>();

function named<S extends z.ZodType>(id: string, schema: S): S {
  legacySchemas.add(schema, { id });
  return schema;
}

const idSchema = z
  .string()
  .regex(/^[0-9a-f]{24}$/)
  .describe('24 hexadecimal digits.');
const momentSchema = z.iso.datetime();
const versionSchema = z.literal(0).describe('Without meaning; the old answers had it.');

/** A person as others see them. */
export const LegacyUserSchema = named(
  'User',
  z.object({
    _id: idSchema,
    name: z.string(),
    email: z.string(),
    avatar: z.string().describe('An address, or empty.'),
  }),
);
export type LegacyUser = z.infer<typeof LegacyUserSchema>;

/** A person as they see themselves. */
export const LegacyMeSchema = named(
  'Me',
  z.object({
    ...LegacyUserSchema.shape,
    clerkId: z.string(),
    createdAt: momentSchema,
    updatedAt: momentSchema,
    __v: versionSchema,
  }),
);
export type LegacyMe = z.infer<typeof LegacyMeSchema>;

export const LegacyMessageSchema = named(
  'Message',
  z.object({
    _id: idSchema,
    chat: idSchema,
    sender: LegacyUserSchema,
    text: z.string(),
    createdAt: momentSchema,
    updatedAt: momentSchema,
    __v: versionSchema,
  }),
);
export type LegacyMessage = z.infer<typeof LegacyMessageSchema>;

export const LegacyLastMessageSchema = named(
  'LastMessage',
  z.object({ ...LegacyMessageSchema.shape, sender: idSchema }),
);
export type LegacyLastMessage = z.infer<typeof LegacyLastMessageSchema>;

export const LegacyChatSchema = named(
  'Chat',
  z.object({
    _id: idSchema,
    participant: LegacyUserSchema.describe('The other person.'),
    lastMessage: LegacyLastMessageSchema.nullable(),
    lastMessageAt: momentSchema.describe('The chat’s creation while it has no message.'),
    createdAt: momentSchema,
  }),
);
export type LegacyChat = z.infer<typeof LegacyChatSchema>;

export const LegacyUserListSchema = named('UserList', z.array(LegacyUserSchema));
export const LegacyChatListSchema = named('ChatList', z.array(LegacyChatSchema));
export const LegacyMessageListSchema = named('MessageList', z.array(LegacyMessageSchema));

export const LegacyHealthSchema = named(
  'Health',
  z.object({ status: z.literal('ok'), message: z.literal('Server is running') }),
);

export const LegacyErrorSchema = named('Error', z.object({ message: z.string() }));
export type LegacyError = z.infer<typeof LegacyErrorSchema>;

/** MongoDB took the digits of an id in either case, so the old clients may send them so. */
const anyCaseSchema = z.string().toLowerCase();
export const LegacyUserIdSchema = anyCaseSchema.pipe(UserIdSchema);
export const LegacyChatIdSchema = anyCaseSchema.pipe(ChatIdSchema);

/** What one answer holds when nothing else is asked for. */
export const legacyHistoryMax = 1_000;

export const LegacyHistoryQuerySchema = z.object({
  before: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe('Only messages before this place in the chat; the header Link names the next older page.'),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(legacyHistoryMax)
    .default(legacyHistoryMax)
    .describe('The newest of them, at most so many.'),
});
