import type { ChatId } from '@whisper/shared';
import { createUuid } from '../outbox/create-uuid.ts';

/** By chat; `others` is that of all that are not named. */
export type StampsRecord = { readonly others: string; readonly [chatId: string]: string };

/** More than the chats of which a person hears such things in a long time. */
const namedMax = 1_000;

/**
 * A chat has the same stamp for as long as nothing happens to it that its log does not tell, such as that the person hid a
 * message. A tab goes on from the stamps it finds, and draws one of its own when it hears of such a thing: so messages that
 * are kept under the stamp that somebody has for the chat lack nothing of what they have heard.
 */
export class Stamps {
  #record: StampsRecord = { others: createUuid() };

  /** Another object when one of them changed. */
  get record(): StampsRecord {
    return this.#record;
  }

  of(chatId: ChatId): string {
    return this.#record[chatId] ?? this.#record.others;
  }

  renew(chatId: ChatId): void {
    if (Object.keys(this.#record).length > namedMax) this.renewAll();
    this.#record = { ...this.#record, [chatId]: createUuid() };
  }

  renewAll(): void {
    this.#record = { others: createUuid() };
  }

  restore(record: StampsRecord): void {
    this.#record = record;
  }
}
