import { z } from 'zod';
import { ChatIdSchema, UserIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { newClientIdSchema } from './messages.ts';
import { cursorSchema, pageLimitSchema } from './paging.ts';
import { RoleSchema } from './roles.ts';
import { isVisible, QuerySchema, TextSchema } from './text.ts';
import { UserSchema } from './users.ts';

/** A person in a chat. */
export const MemberSchema = z.object({
  user: UserSchema,
  role: RoleSchema.describe('In a direct chat both are members.'),
  joinedAt: z.date(),
});
export type Member = z.infer<typeof MemberSchema>;

/** What a group is called. White space around it goes. */
export const GroupNameSchema = TextSchema.trim()
  .min(1, { abort: true })
  .max(limits.groupNameLengthMax)
  .refine((name) => !/[\p{Control}\p{Bidi_Control}\u2028\u2029]/u.test(name), 'is more than one line of text')
  .refine(isVisible, 'shows nothing');

export const AvatarSchema = z.url({ protocol: /^https?$/ }).max(limits.avatarLengthMax);

const peopleSchema = z.array(UserIdSchema).min(1).max(limits.peoplePerCallMax);

export const CreateGroupInputSchema = z.object({
  name: GroupNameSchema,
  memberIds: z.array(UserIdSchema).max(limits.peoplePerCallMax).describe('The others; I am its owner.'),
  clientId: newClientIdSchema.describe(
    'A key made once per group, best a UUID: sending it again returns the same group.',
  ),
});
export type CreateGroupInput = z.infer<typeof CreateGroupInputSchema>;

export const UpdateGroupInputSchema = z.object({
  chatId: ChatIdSchema,
  name: GroupNameSchema.optional(),
  avatar: AvatarSchema.nullable().optional().describe('The address of a picture.'),
  historyVisible: z
    .boolean()
    .optional()
    .describe('Whether those who come from now on see what was written before.'),
  retentionDays: z
    .int()
    .min(1)
    .max(limits.retentionDaysMax)
    .nullable()
    .optional()
    .describe('Messages that are older are erased; null for as long as the server keeps them.'),
  slowModeSeconds: z
    .int()
    .min(0)
    .max(limits.slowModeSecondsMax)
    .optional()
    .describe('So long members wait after each message of theirs; 0 for no time.'),
  readOnly: z.boolean().optional().describe('Whether only owners and admins write.'),
});
export type UpdateGroupInput = z.infer<typeof UpdateGroupInputSchema>;

export const AddMembersInputSchema = z.object({ chatId: ChatIdSchema, userIds: peopleSchema });
export type AddMembersInput = z.infer<typeof AddMembersInputSchema>;

export const RemoveMemberInputSchema = z.object({ chatId: ChatIdSchema, userId: UserIdSchema });
export type RemoveMemberInput = z.infer<typeof RemoveMemberInputSchema>;

export const LeaveGroupInputSchema = z.object({ chatId: ChatIdSchema });

export const SetRoleInputSchema = z.object({ chatId: ChatIdSchema, userId: UserIdSchema, role: RoleSchema });
export type SetRoleInput = z.infer<typeof SetRoleInputSchema>;

export const ListMembersInputSchema = z.object({
  chatId: ChatIdSchema,
  query: QuerySchema.optional().describe('Start of a name or of one of its words; case does not matter.'),
  cursor: cursorSchema,
  limit: pageLimitSchema(limits.memberPageSizeMax),
});
export type ListMembersInput = z.infer<typeof ListMembersInputSchema>;

/** Owners first, then admins, each by name. */
export const MemberPageSchema = z.object({
  members: z.array(MemberSchema),
  nextCursor: z.string().nullable(),
});
export type MemberPage = z.infer<typeof MemberPageSchema>;

export const InviteCodeSchema = z.string().regex(/^[\w-]{16,64}$/, 'is not a valid code');

/** An invitation to a group: whoever has the code may come in while it works. */
export const InviteSchema = z.object({
  code: InviteCodeSchema,
  chatId: ChatIdSchema,
  createdBy: UserSchema,
  createdAt: z.date(),
  expiresAt: z.date().nullable(),
  usesMax: z.int().min(1).nullable(),
  uses: z.int().min(0),
});
export type Invite = z.infer<typeof InviteSchema>;

export const CreateInviteInputSchema = z.object({
  chatId: ChatIdSchema,
  expiresAt: z.date().optional().describe('Left out, it works until it is revoked.'),
  usesMax: z.int().min(1).max(limits.inviteUsesMax).optional().describe('How many people may come by it.'),
});
export type CreateInviteInput = z.infer<typeof CreateInviteInputSchema>;

export const ListInvitesInputSchema = z.object({ chatId: ChatIdSchema });
/** Those that work, newest first. */
export const InviteListSchema = z.object({ invites: z.array(InviteSchema) });
export type InviteList = z.infer<typeof InviteListSchema>;

export const RevokeInviteInputSchema = z.object({ chatId: ChatIdSchema, code: InviteCodeSchema });
export type RevokeInviteInput = z.infer<typeof RevokeInviteInputSchema>;

export const JoinInputSchema = z.object({ code: InviteCodeSchema });
