import { limits, type ChatId, type UserId } from '@whisper/shared';
import type { Clock } from '../platform/clock.ts';
import type { Broker } from './broker.ts';
import { topics } from './topics.ts';

type Typer = {
  readonly chatId: ChatId;
  readonly userId: UserId;
  /** The others in the chat, who are told. */
  readonly audience: readonly UserId[];
};

type Entry = Typer & {
  /** What ends typing on each device: its timer. A call without a socket is a device of its own. */
  readonly cancelByDevice: Map<string, () => void>;
  announcedAt: number;
};

/** A renewal is announced again after this long, so that a lost event heals. */
const renewalMs = limits.typingTtlMs / 2;

/** Who is typing where, in this process. A person types in a chat while at least one of their devices does. */
export class TypingState {
  readonly #broker: Broker;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(broker: Broker, clock: Clock) {
    this.#broker = broker;
    this.#clock = clock;
  }

  /** Ends by itself after `limits.typingTtlMs` unless it is called again. */
  start(typer: Typer, deviceId: string): void {
    const key = keyOf(typer);
    const known = this.#entries.get(key);
    const begun = { cancelByDevice: new Map<string, () => void>(), announcedAt: Number.NEGATIVE_INFINITY };
    // Who is told may change while somebody types.
    const entry: Entry = { ...(known ?? begun), ...typer };
    this.#entries.set(key, entry);
    const leftOut = known?.audience.filter((userId) => !typer.audience.includes(userId)) ?? [];
    this.#announce({ ...typer, audience: leftOut }, false);
    entry.cancelByDevice.get(deviceId)?.();
    entry.cancelByDevice.set(
      deviceId,
      this.#clock.after(limits.typingTtlMs, () => this.stop(typer, deviceId)),
    );
    const now = this.#clock.now();
    if (now - entry.announcedAt < renewalMs) return;
    entry.announcedAt = now;
    this.#announce(entry, true);
  }

  /** Stopping what is not typing is harmless. */
  stop(typer: Pick<Typer, 'chatId' | 'userId'>, deviceId: string): void {
    const entry = this.#entries.get(keyOf(typer));
    entry?.cancelByDevice.get(deviceId)?.();
    if (entry?.cancelByDevice.delete(deviceId) && entry.cancelByDevice.size === 0) this.#end(entry);
  }

  /** The device is gone, and whatever was being typed on it. */
  stopDevice(deviceId: string): void {
    for (const entry of [...this.#entries.values()]) this.stop(entry, deviceId);
  }

  /** The person sent their message: whatever device they typed on, they are done. */
  clear(chatId: ChatId, userId: UserId): void {
    const entry = this.#entries.get(keyOf({ chatId, userId }));
    if (!entry) return;
    for (const cancel of entry.cancelByDevice.values()) cancel();
    this.#end(entry);
  }

  /** Everyone whose typing this person may see. */
  visibleTo(userId: UserId): readonly Typer[] {
    return [...this.#entries.values()].filter((entry) => entry.audience.includes(userId));
  }

  #end(entry: Entry): void {
    this.#entries.delete(keyOf(entry));
    this.#announce(entry, false);
  }

  #announce({ chatId, userId, audience }: Typer, isTyping: boolean): void {
    const event = { chatId, userId, isTyping };
    this.#broker.publishAll(audience.map(topics.typingForUser), event);
  }
}

function keyOf({ chatId, userId }: Pick<Typer, 'chatId' | 'userId'>): string {
  return `${chatId}:${userId}`;
}
