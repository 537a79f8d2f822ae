import { TRPCClientError } from '@trpc/client';
import type { ChatId } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Account, Receipt } from '../audit.ts';
import type { Actor } from './actor.ts';
import { createHttpApi } from './http-api.ts';

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
    for (let isSent = false; !isSent; ) {
      try {
        const { id } = await this.#api.message.send.mutate(input);
        this.#receipts.push({ clientId: input.clientId, id });
        isSent = true;
      } catch (error) {
        if (isFinal(error)) throw error;
        await delay(100);
      }
    }
    this.#unanswered -= 1;
  }
}

function isFinal(error: unknown): boolean {
  return error instanceof TRPCClientError && error.data?.isRetryable === false;
}
