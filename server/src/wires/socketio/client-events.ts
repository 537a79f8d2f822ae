import type { Message } from '@whisper/shared';
import {
  LegacySendSchema,
  LegacyTempIdSchema,
  LegacyTypingSchema,
  type LegacySendAnswer,
} from '@whisper/shared/legacy';
import { randomUUID } from 'node:crypto';
import { AppError, toAppError } from '../../platform/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import type { AdmittedSocket } from './admit-socket.ts';
import type { LegacySocket } from './legacy-socket.ts';
import type { TaskQueue } from './task-queue.ts';

type Sender = {
  readonly log: Logger;
  readonly socket: AdmittedSocket;
  readonly person: LegacySocket;
  /** What the client sends is handled in its order, one after the other. */
  readonly queue: TaskQueue;
};

/**
 * Listens to what the client sends. Joining and leaving change nothing: members get everything of their chats, and
 * nobody else gets anything, whatever they joined. Only a message that was not sent is answered with an error,
 * because the old clients take any error as the end of all messages under way.
 */
export function listenToClient(sender: Sender): void {
  const { socket, queue } = sender;
  socket.on('join-chat', (...args) => ackOf(args)?.());
  socket.on('leave-chat', (...args) => ackOf(args)?.());
  socket.on('send-message', (...args) => {
    if (!queue.add(() => send(sender, args))) refuse(sender, args, 'Too many messages at once');
  });
  socket.on('typing', (...args) => void queue.add(() => setTyping(sender, args)));
}

async function send(sender: Sender, args: readonly unknown[]): Promise<void> {
  try {
    const message = await store(sender, args[0]);
    ackOf(args)?.(sender.person.show(message));
  } catch (error) {
    refuse(sender, args, explain(sender, error));
  }
}

async function store({ person }: Sender, payload: unknown): Promise<Message> {
  if (isWithoutChat(payload)) throw new AppError('NOT_FOUND', 'Chat not found');
  const parsed = LegacySendSchema.safeParse(payload);
  if (!parsed.success) throw new AppError('BAD_REQUEST', 'Invalid message', { cause: parsed.error });
  const { chatId, text } = parsed.data;
  const clientId = parsed.data.clientId ?? randomUUID();
  const tempId = tempIdOf(payload);
  if (tempId !== undefined) person.tempIds.set(clientId, tempId);
  try {
    return await person.api.message.send({ chatId, text, clientId });
  } catch (error) {
    person.tempIds.delete(clientId);
    throw error;
  }
}

async function setTyping({ log, person }: Sender, args: readonly unknown[]): Promise<void> {
  const typing = LegacyTypingSchema.safeParse(args[0]);
  try {
    if (typing.success) await person.api.typing.set(typing.data);
  } catch (error) {
    log.debug({ code: toAppError(error).code }, 'typing was refused');
  }
  ackOf(args)?.();
}

function refuse({ socket }: Sender, args: readonly unknown[], message: string): void {
  const tempId = tempIdOf(args[0]);
  socket.emit('socket-error', { message, ...(tempId !== undefined && { tempId }) });
  ackOf(args)?.({ error: { message } });
}

function explain({ log }: Sender, error: unknown): string {
  const { code, message, cause, reason } = toAppError(error);
  if (code === 'INTERNAL_SERVER_ERROR') log.error({ err: cause }, 'a message was not sent');
  const isTold = code === 'NOT_FOUND' || code === 'TOO_MANY_REQUESTS' || reason !== undefined;
  return isTold ? message : 'Failed to send message';
}

function isWithoutChat(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && !('chatId' in payload && payload.chatId != null);
}

function tempIdOf(payload: unknown): string | undefined {
  return LegacyTempIdSchema.safeParse(payload).data?.tempId;
}

type Ack = (answer?: LegacySendAnswer) => void;

/** Socket.IO puts the client's callback last. */
function ackOf(args: readonly unknown[]): Ack | undefined {
  const last = args.at(-1);
  return isAck(last) ? last : undefined;
}

function isAck(value: unknown): value is Ack {
  return typeof value === 'function';
}
