import type { ChatId, TypingEvent, UserId } from '@whisper/shared';
import type { Clock } from '../clock.ts';

/** The server repeats a typing event every 3 s. Without one for this long, the person has stopped. */
const silenceMs = 8_000;

/** Which others are typing where. */
export class TypingWatch {
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #cancels = new Map<string, () => void>();
  #typing: ReadonlyMap<ChatId, readonly UserId[]> = new Map();

  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Chats in which nobody types are left out. */
  get typing(): ReadonlyMap<ChatId, readonly UserId[]> {
    return this.#typing;
  }

  apply({ chatId, userId, isTyping }: TypingEvent): void {
    const key = `${chatId}:${userId}`;
    this.#cancels.get(key)?.();
    this.#cancels.delete(key);
    if (isTyping) {
      const stop = () => this.apply({ chatId, userId, isTyping: false });
      this.#cancels.set(key, this.#clock.after(silenceMs, stop));
    }
    const known = this.#typing.get(chatId) ?? [];
    if (known.includes(userId) === isTyping) return;
    this.#set(chatId, isTyping ? [...known, userId] : known.filter((id) => id !== userId));
  }

  clear(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
    if (this.#typing.size === 0) return;
    this.#typing = new Map();
    this.#onChange();
  }

  #set(chatId: ChatId, userIds: readonly UserId[]): void {
    const typing = new Map(this.#typing);
    if (userIds.length > 0) typing.set(chatId, userIds);
    else typing.delete(chatId);
    this.#typing = typing;
    this.#onChange();
  }
}
