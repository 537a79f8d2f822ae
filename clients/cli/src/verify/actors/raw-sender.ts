import type { ChatId } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import type { Account, Receipt } from '../evidence.ts';
import type { Actor } from './actor.ts';
import { createHttpApi } from './http-api.ts';
import { patiently } from './patiently.ts';

/**
 * Sends over plain HTTP, again and again with the same clientId until it gets an answer, and keeps every answer: each
 * is a promise that the message is stored.
 */
export class RawSender implements Actor {
  readonly name: string;
  readonly #api;
  readonly #receipts: Receipt[] = [];
  #unanswered = 0;

  constructor(url: string, name: string) {
    this.name = `${name} (HTTP)`;
    this.#api = createHttpApi(url, name);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  send(chatId: ChatId, text: string): void {
    void this.#send({ chatId, text, clientId: randomUUID() });
  }

  get isSending(): boolean {
    return this.#unanswered > 0;
  }

  get isBusy(): boolean {
    return this.#unanswered > 20;
  }

  cut(): void {}

  stall(): void {}

  accounts(): Account[] {
    return [];
  }

  receipts(): Receipt[] {
    return this.#receipts;
  }

  close(): void {}

  async #send(input: { chatId: ChatId; text: string; clientId: string }): Promise<void> {
    this.#unanswered += 1;
    // Whoever is not in the group at the moment hears that there is no such chat.
    const stored = await patiently(() => this.#api.message.send.mutate(input), ['NOT_FOUND']);
    if (stored) this.#receipts.push({ clientId: input.clientId, id: stored.id });
    this.#unanswered -= 1;
  }
}
