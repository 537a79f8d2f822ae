import type { SetTypingInput } from '@whisper/shared';
import type { AppContext } from '../app-context.ts';
import { requireParticipant } from '../chats/require-participant.ts';
import type { CallingSocket, Viewer } from '../trpc/request-context.ts';

type Caller = { readonly viewer: Viewer; readonly socket: CallingSocket | null };

/**
 * Says that a person started, goes on, or stopped typing. Typing ends by itself after `limits.typingTtlMs`, with
 * a sent message, and with the socket it came on.
 */
export async function setTyping(
  app: AppContext,
  { viewer, socket }: Caller,
  { chatId, isTyping }: SetTypingInput,
): Promise<void> {
  await app.rateLimits.spend('typing.set', viewer.id);
  const { participants } = await requireParticipant(app, chatId, viewer.id);
  const deviceId = socket?.id ?? 'http';
  const typer = { chatId, userId: viewer.id, audience: participants.filter((id) => id !== viewer.id) };
  if (!isTyping) return app.typing.stop(typer, deviceId);
  app.typing.start(typer, deviceId);
}
