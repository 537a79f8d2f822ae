import { z } from 'zod';
import { ChatIdSchema, MessageIdSchema, UserIdSchema } from './ids.ts';
import { limits } from './limits.ts';
import { MessageSchema } from './messages.ts';
import { cursorSchema, pageLimitSchema } from './paging.ts';
import { isVisible, TextSchema } from './text.ts';
import { UserSchema } from './users.ts';

const wordsSchema = TextSchema.trim().max(limits.reportTextLengthMax);
const reasonGiven = wordsSchema.min(1, { abort: true }).refine(isVisible, 'shows nothing');

const idSchema = z.string().regex(/^[0-9a-f]{24}$/, 'is not a valid id');

export const ReportReasonSchema = z.enum(['spam', 'harassment', 'violence', 'sexual', 'selfHarm', 'other']);
export type ReportReason = z.infer<typeof ReportReasonSchema>;

export const CreateReportInputSchema = z
  .object({
    messageId: MessageIdSchema.optional().describe('A message that I can read.'),
    userId: UserIdSchema.optional(),
    chatId: ChatIdSchema.optional().describe('A chat that I am in.'),
    reason: ReportReasonSchema,
    text: wordsSchema.optional().describe('In my own words.'),
  })
  .refine(({ messageId, userId, chatId }) => [messageId, userId, chatId].filter(Boolean).length === 1, {
    message: 'name a message, a person or a chat, only one of them',
    path: ['messageId'],
  });
export type CreateReportInput = z.infer<typeof CreateReportInputSchema>;

export const ReportCreatedSchema = z.object({ reportId: idSchema, createdAt: z.date() });
export type ReportCreated = z.infer<typeof ReportCreatedSchema>;

export const ReportStateSchema = z.enum(['open', 'resolved']);
export const ReportOutcomeSchema = z.enum(['dismissed', 'actionTaken']);

/** How it was when it was reported: later edits and deletions change nothing of it. */
export const EvidenceSchema = z.object({
  messageId: MessageIdSchema.nullable().describe('The message that was reported, among those below.'),
  messages: z.array(MessageSchema).describe('As the person who reports saw them, oldest first.'),
  chat: z.object({ id: ChatIdSchema, kind: z.enum(['direct', 'group']), name: z.string() }).nullable(),
  user: UserSchema.nullable().describe('Who wrote the message, or the person who was reported.'),
});
export type Evidence = z.infer<typeof EvidenceSchema>;

export const ReportSchema = z.object({
  id: idSchema,
  createdAt: z.date(),
  reporter: UserSchema,
  reason: ReportReasonSchema,
  text: z.string(),
  evidence: EvidenceSchema,
  state: ReportStateSchema,
  resolution: z
    .object({ outcome: ReportOutcomeSchema, note: z.string(), by: UserSchema, at: z.date() })
    .nullable(),
});
export type Report = z.infer<typeof ReportSchema>;

export const ListReportsInputSchema = z.object({
  state: ReportStateSchema.optional(),
  cursor: cursorSchema,
  limit: pageLimitSchema(limits.reportPageSizeMax),
});
export type ListReportsInput = z.infer<typeof ListReportsInputSchema>;

/** The newest first. */
export const ReportPageSchema = z.object({
  reports: z.array(ReportSchema),
  nextCursor: z.string().nullable(),
});
export type ReportPage = z.infer<typeof ReportPageSchema>;

export const ResolveReportInputSchema = z.object({
  reportId: idSchema,
  outcome: ReportOutcomeSchema,
  note: wordsSchema.optional(),
});
export type ResolveReportInput = z.infer<typeof ResolveReportInputSchema>;

export const DeleteReportedInputSchema = z.object({
  reportId: idSchema,
  messageId: MessageIdSchema.describe('One of the messages in the evidence.'),
});
export type DeleteReportedInput = z.infer<typeof DeleteReportedInputSchema>;

export const SuspendInputSchema = z.object({
  userId: UserIdSchema,
  until: z.date().nullable().describe('Null until somebody ends it.'),
  reason: reasonGiven.describe('The person is told.'),
});
export type SuspendInput = z.infer<typeof SuspendInputSchema>;

export const UnsuspendInputSchema = z.object({ userId: UserIdSchema });

export const AuditActionSchema = z.enum([
  'userSuspended',
  'userUnsuspended',
  'reportResolved',
  'messageDeleted',
]);
export type AuditAction = z.infer<typeof AuditActionSchema>;

export const AuditEntrySchema = z.object({
  id: idSchema,
  at: z.date(),
  by: UserSchema,
  action: AuditActionSchema,
  user: UserSchema.nullable().describe('To whom.'),
  reportId: idSchema.nullable(),
  messageId: MessageIdSchema.nullable(),
  details: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntrySchema>;

export const ListAuditInputSchema = z.object({
  cursor: cursorSchema,
  limit: pageLimitSchema(limits.reportPageSizeMax),
});
export type ListAuditInput = z.infer<typeof ListAuditInputSchema>;

/** The newest first. Nothing is ever changed or taken out of it. */
export const AuditPageSchema = z.object({
  entries: z.array(AuditEntrySchema),
  nextCursor: z.string().nullable(),
});
export type AuditPage = z.infer<typeof AuditPageSchema>;
