import type { SetTypingInput } from '@whisper/shared';
import { listPeopleOfSmallChat } from '../chats/list-people.ts';
import { requireParticipant } from '../chats/require-participant.ts';
import type { Viewer } from '../identity/viewer.ts';
import type { CallingSocket } from '../trpc.ts';
import type { TypingDeps } from './deps.ts';

type Caller = { readonly viewer: Viewer; readonly socket: CallingSocket | null };

/**
 * Says that a person started, goes on, or stopped typing. Typing ends by itself after `limits.typingTtlMs`, with
 * a sent message, and with the socket it came on.
 */
export async function setTyping(
  deps: TypingDeps,
  { viewer, socket }: Caller,
  { chatId: askedId, isTyping }: SetTypingInput,
): Promise<void> {
  const membership = await requireParticipant(deps, askedId, viewer.id);
  const { chatId } = membership;
  const people = await listPeopleOfSmallChat(deps, membership);
  const told = await deps.blocks.without(viewer.id, people);
  const deviceId = socket?.id ?? 'http';
  const typer = { chatId, userId: viewer.id, audience: told.filter((id) => id !== viewer.id) };
  if (!isTyping) return deps.typing.stop(typer, deviceId);
  deps.typing.start(typer, deviceId);
}
