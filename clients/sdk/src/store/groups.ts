import {
  ClientIdSchema,
  CreateGroupInputSchema,
  type Chat,
  type ChatId,
  type CreateGroupInput,
} from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { callWithRetries } from '../connection/retries.ts';
import { createUuid } from '../outbox/create-uuid.ts';
import type { StoreParts } from './store-parts.ts';

/**
 * Coming into groups and leaving them, through lost connections. What is done inside a group (members, roles, its name,
 * invitations) is called on `api`; the store hears of it by events like everyone.
 */
export class Groups {
  readonly #connection: Connection;
  readonly #parts: StoreParts;

  constructor(connection: Connection, parts: StoreParts) {
    this.#connection = connection;
    this.#parts = parts;
  }

  /** Makes a group with these people, once, and opens it. Throws a ZodError for a name that is none. */
  async create(group: Omit<CreateGroupInput, 'clientId'>): Promise<Chat> {
    const input = CreateGroupInputSchema.parse({ ...group, clientId: ClientIdSchema.parse(createUuid()) });
    return this.#enter(() => this.#connection.api.chat.createGroup.mutate(input));
  }

  /** Comes into a group by an invitation and opens it. Rejects when the invitation does not work any more. */
  join(code: string): Promise<Chat> {
    return this.#enter(() => this.#connection.api.chat.join.mutate({ code }));
  }

  /** Its chat goes from the list at once when the server has agreed. Rejects for the last owner. */
  async leave(chatId: ChatId): Promise<void> {
    await callWithRetries(this.#connection, () => this.#connection.api.chat.leave.mutate({ chatId }));
    this.#parts.forget(chatId);
  }

  async #enter(call: () => Promise<Chat>): Promise<Chat> {
    const chat = await callWithRetries(this.#connection, call);
    this.#parts.list.put([chat]);
    await this.#parts.openChats.add(chat.id).load();
    return chat;
  }
}
