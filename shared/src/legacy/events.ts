import { z } from 'zod';
import { ClientIdSchema } from '../ids.ts';
import { LegacyChatIdSchema, type LegacyMessage } from './rest.ts';

/**
 * `send-message`. Numbers and booleans are text, as they were when the database cast them. A `clientId` that cannot be one
 * is refused: with another in its place, the repeat would be a second message.
 */
export const LegacySendSchema = z.object({
  chatId: LegacyChatIdSchema,
  text: z.union([z.string(), z.number(), z.boolean()]).transform(String),
  clientId: ClientIdSchema.nullish(),
});

/** The client's own name for a message it shows before it is stored. */
export const LegacyTempIdSchema = z.object({ tempId: z.string().max(200) });

export const LegacyTypingSchema = z.object({ chatId: LegacyChatIdSchema, isTyping: z.boolean() });

type TempId = { readonly tempId?: string };

/** `tempId` is there on the socket that sent it, when it sent one. */
export type LegacyNewMessage = LegacyMessage & TempId;

export type LegacyRefusal = { readonly message: string } & TempId;

export type LegacySendAnswer = LegacyMessage | { readonly error: { readonly message: string } };

/** The string after a payload is the offset that Socket.IO's JavaScript client hands back when it reconnects; others get none. */
export type LegacyServerEvents = {
  'online-users': (payload: { readonly userIds: readonly string[] }, offset?: string) => void;
  'user-online': (payload: { readonly userId: string }) => void;
  'user-offline': (payload: { readonly userId: string }) => void;
  'new-message': (message: LegacyNewMessage, offset?: string) => void;
  typing: (payload: { readonly userId: string; readonly chatId: string; readonly isTyping: boolean }) => void;
  'socket-error': (refusal: LegacyRefusal) => void;
};

/** Anything may arrive: the payloads are checked by the schemas above. */
export type LegacyClientEvents = Record<
  'join-chat' | 'leave-chat' | 'send-message' | 'typing',
  (...args: unknown[]) => void
>;
