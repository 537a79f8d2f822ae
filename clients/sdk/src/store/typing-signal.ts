import { limits, type ChatId } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';

/** Often enough to outrun the server's expiry with one renewal lost. */
const renewalMs = limits.typingTtlMs / 2;
/** Without a key for this long, the person has stopped typing. */
const quietMs = 5_000;

/** Tells the server that this person types, no more often than it needs to hear, and that they stopped. */
export class TypingSignal {
  readonly #connection: Connection;
  #chatId: ChatId | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;
  #cancel: () => void = () => undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Call it on every key; a person types in one chat at a time. */
  set(chatId: ChatId, isTyping: boolean): void {
    if (this.#chatId !== undefined && this.#chatId !== chatId) this.#stop();
    if (!isTyping) return this.#chatId === chatId ? this.#stop() : undefined;
    this.#cancel();
    this.#cancel = this.#connection.clock.after(quietMs, () => this.#stop());
    const now = this.#connection.clock.now();
    if (this.#chatId === chatId && now - this.#toldAt < renewalMs) return;
    this.#chatId = chatId;
    this.#toldAt = now;
    this.#tell(chatId, true);
  }

  /** Ends typing without telling the server, which infers it from the message that was sent. */
  forget(): void {
    this.#cancel();
    this.#chatId = undefined;
    this.#toldAt = Number.NEGATIVE_INFINITY;
  }

  #stop(): void {
    const chatId = this.#chatId;
    this.forget();
    if (chatId !== undefined) this.#tell(chatId, false);
  }

  /** Not queued while offline, and a failure is ignored: typing is outdated within seconds. */
  #tell(chatId: ChatId, isTyping: boolean): void {
    if (!this.#connection.isOpen) return;
    void this.#connection.api.typing.set.mutate({ chatId, isTyping }).catch(() => undefined);
  }
}
