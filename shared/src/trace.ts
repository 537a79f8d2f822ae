import { z } from 'zod';
import { MessageIdSchema } from './ids.ts';
import { MessageSchema } from './messages.ts';
import { UserSchema } from './users.ts';

export const TraceInputSchema = z.object({ messageId: MessageIdSchema });

/** What became of telling one device, or of not doing so. */
export const PushOutcomeSchema = z.object({
  device: z.string().nullable().describe('What the device is called; null when there is none.'),
  outcome: z
    .enum(['sent', 'waiting', 'noDevice', 'muted', 'readMeanwhile', 'foreground', 'deadToken', 'failed'])
    .describe('foreground: the person looked at another device of theirs.'),
  at: z.date().nullable(),
});
export type PushOutcome = z.infer<typeof PushOutcomeSchema>;

/** How far a message has come to one person. */
export const ReachSchema = z
  .enum(['read', 'delivered', 'waiting'])
  .describe('waiting: no device of theirs has said that it has it, whatever the reason.');

export const TraceStepSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('stored'),
    at: z.date(),
    seq: z.int().min(1),
    rev: z.int().min(1).describe('The number it came with.'),
  }),
  z.object({
    kind: z.literal('changed'),
    at: z.date(),
    rev: z.int().min(1),
    what: z.enum(['edited', 'deleted', 'reactedOrPinned']),
  }),
  z.object({
    kind: z.literal('announced'),
    state: z
      .enum(['yes', 'unknown'])
      .describe('yes: who was connected was told. unknown: the process that stored it has not said so yet.'),
  }),
  z.object({ kind: z.literal('reached'), user: UserSchema, reach: ReachSchema }),
  z.object({
    kind: z.literal('pushed'),
    user: UserSchema,
    outcomes: z.array(PushOutcomeSchema).nullable().describe('Null: unknown.'),
  }),
]);
export type TraceStep = z.infer<typeof TraceStepSchema>;

/** Why a message arrived, or did not. */
export const MessageTraceSchema = z.object({
  message: MessageSchema,
  steps: z.array(TraceStepSchema).describe('In the order in which they happen.'),
  peopleNotShown: z.int().min(0).describe('People whom it was for, besides those in the steps.'),
});
export type MessageTrace = z.infer<typeof MessageTraceSchema>;
