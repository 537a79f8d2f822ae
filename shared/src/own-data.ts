import { z } from 'zod';
import { DeviceSchema, PushSettingsSchema } from './devices.ts';
import { ChatIdSchema, MessageIdSchema, UserIdSchema } from './ids.ts';
import { InviteCodeSchema } from './groups.ts';
import { EmojiSchema, MessageSchema } from './messages.ts';
import { RoleSchema } from './roles.ts';
import { MeSchema, UserSchema } from './users.ts';

const moment = z.date().nullable();
const place = z.int().min(0);

/** The first row of an archive: whose it is, and how what follows is to be read. */
export const ExportBeginRowSchema = z.object({
  kind: z.literal('export'),
  version: z.literal(1),
  of: UserIdSchema,
  madeAt: z.date(),
});

export const ExportProfileRowSchema = z.object({
  kind: z.literal('profile'),
  ...MeSchema.shape,
  lastSeenAt: moment,
  isHidden: z.boolean(),
});

/** What a chat is, or was, to me. */
export const ExportChatRowSchema = z.object({
  kind: z.literal('chat'),
  chatId: ChatIdSchema,
  chatKind: z.enum(['direct', 'group']),
  name: z.string().nullable().describe('Of a group.'),
  with: UserSchema.nullable().describe('The other person of a direct chat.'),
  createdAt: z.date(),
  role: RoleSchema.nullable(),
  joinedAt: moment,
  leftAt: moment,
  readSeq: place,
  deliveredSeq: place,
  unreadFromSeq: place.nullable(),
  mutedUntil: moment,
  pinnedAt: moment,
  archivedAt: moment,
  hiddenSeqs: z.array(place).describe('Messages that I deleted for myself.'),
});

export const ExportInviteRowSchema = z.object({
  kind: z.literal('invite'),
  code: InviteCodeSchema,
  chatId: ChatIdSchema,
  createdAt: z.date(),
  expiresAt: moment,
  revokedAt: moment,
  usesMax: z.int().nullable(),
  uses: z.int(),
});

/** That I came into a group by an invitation, where that is counted. */
export const ExportInviteUsedRowSchema = z.object({ kind: z.literal('inviteUsed'), chatId: ChatIdSchema });

/** A message of mine. What others wrote is theirs: of what it answers to the place is told, not the text. */
export const ExportMessageRowSchema = z.object({
  kind: z.literal('message'),
  message: MessageSchema,
  edits: z.array(z.object({ text: z.string(), mentions: z.array(UserIdSchema), writtenAt: z.date() })),
});

/** My reaction to a message of somebody else. */
export const ExportReactionRowSchema = z.object({
  kind: z.literal('reaction'),
  chatId: ChatIdSchema,
  messageId: MessageIdSchema,
  emoji: EmojiSchema,
});

/** That somebody else named me, or forwarded what I wrote. */
export const ExportMentionRowSchema = z.object({
  kind: z.enum(['mention', 'forward']),
  chatId: ChatIdSchema,
  messageId: MessageIdSchema,
  by: UserIdSchema,
  writtenAt: z.date(),
});

/** A device of mine that receives pushes, without how it is reached. */
export const ExportDeviceRowSchema = z.object({ kind: z.literal('device'), device: DeviceSchema });

/** How I want to be told of news. */
export const ExportPushSettingsRowSchema = z.object({
  kind: z.literal('pushSettings'),
  ...PushSettingsSchema.pick({ showText: true, mentionsPassMute: true }).shape,
});

/** The last row: an archive without it broke off. */
/** Somebody whom the person blocks. */
export const ExportBlockRowSchema = z.object({
  kind: z.literal('block'),
  userId: UserIdSchema,
  at: z.date(),
});

export const ExportEndRowSchema = z.object({
  kind: z.literal('end'),
  rows: z.int().min(0).describe('How many rows stand between the first and this one.'),
});

/** One line of `data.ndjson` in an archive. Every kind of row there is stands here. */
export const ExportRowSchema = z.discriminatedUnion('kind', [
  ExportBeginRowSchema,
  ExportProfileRowSchema,
  ExportChatRowSchema,
  ExportInviteRowSchema,
  ExportInviteUsedRowSchema,
  ExportMessageRowSchema,
  ExportReactionRowSchema,
  ExportMentionRowSchema,
  ExportDeviceRowSchema,
  ExportPushSettingsRowSchema,
  ExportBlockRowSchema,
  ExportEndRowSchema,
]);
export type ExportRow = z.infer<typeof ExportRowSchema>;

/** A line of `data.ndjson` as a row; throws for what is none. What is called `…At` or `…Until` there is a moment. */
export function parseExportRow(line: string): ExportRow {
  const revive = (name: string, value: unknown) =>
    typeof value === 'string' && /(?:At|Until)$/.test(name) ? new Date(value) : value;
  return ExportRowSchema.parse(JSON.parse(line, revive));
}

/** `me.export`. The address answers once, to whoever has it, and soon to nobody. */
export const ExportTicketSchema = z.object({
  path: z
    .string()
    .describe('Where the archive is, a ZIP file, from the server’s address on. It answers one download.'),
  expiresAt: z.date(),
});
export type ExportTicket = z.infer<typeof ExportTicketSchema>;

/** What a person writes to have everything of theirs erased. */
export const eraseConfirmation = 'erase everything of mine';

export const EraseMeInputSchema = z.object({
  confirm: z
    .literal(eraseConfirmation, { error: `write "${eraseConfirmation}"` })
    .describe(`There is no way back: "${eraseConfirmation}".`),
});

export const EraseMeOutputSchema = z.object({
  receiptId: z.string(),
  receiptPath: z
    .string()
    .describe(
      'Where the receipt is, from the server’s address on: for whoever knows it, without signing in.',
    ),
});
export type EraseMeOutput = z.infer<typeof EraseMeOutputSchema>;

/** What became of somebody’s data. Nothing in it says whose. */
export const ErasureReceiptSchema = z.object({
  receiptId: z.string(),
  requestedAt: z.date(),
  finishedAt: moment.describe('Null while it is under way.'),
  compactedAt: moment.describe(
    'When the embedded store’s file was written anew since: until then unused places in it may hold what was erased. Null with a MongoDB, which says itself how it is compacted.',
  ),
  places: z.array(
    z.object({
      place: z.string().describe('A collection of the database, or a folder of files.'),
      erased: z.int().min(0),
      remaining: z.int().min(0),
    }),
  ),
});
export type ErasureReceipt = z.infer<typeof ErasureReceiptSchema>;
