import type { ChatId, DeviceKind } from '@whisper/shared';

/** How a device is reached. */
export type Address =
  | {
      readonly kind: 'web';
      readonly endpoint: string;
      readonly keys: { readonly p256dh: string; readonly auth: string };
    }
  | { readonly kind: 'expo' | 'fcm'; readonly token: string };

/** What is pushed: the newest news of a chat. It takes the place of what was pushed of the chat before. */
export type Notice = {
  readonly chatId: ChatId;
  readonly seq: number;
  readonly badge: number;
  readonly title: string;
  readonly body: string;
};

export type Outcome =
  /** Somebody has it who brings it to the device. `ticket` asks later what became of it (`findDead`). */
  | { readonly type: 'sent'; readonly ticket?: string }
  /** The device is not there any more, and never will be under this address. */
  | { readonly type: 'gone' }
  /** It may succeed later, not before `afterMs` when that is said. */
  | { readonly type: 'later'; readonly why: string; readonly afterMs?: number }
  /** It would fail the same way again. */
  | { readonly type: 'refused'; readonly why: string };

/** A notice on its way to a device. */
export type Sending = { readonly address: Address; readonly notice: Notice };

/** One way of reaching devices. */
export interface PushAdapter {
  readonly kind: DeviceKind;
  /** Never rejects, and answers within `answerTimeoutMs`. */
  send(address: Address, notice: Notice): Promise<Outcome>;
  /** Up to `togetherMax` in one request, each with its own outcome, in their order. Otherwise as `send`. */
  sendTogether?(sendings: readonly Sending[]): Promise<readonly Outcome[]>;
  /** Those of the tickets whose device turned out to be gone. Never rejects: what cannot be asked is not told. */
  findDead?(tickets: readonly string[]): Promise<readonly string[]>;
}

export const togetherMax = 100;
export const answerTimeoutMs = 10_000;

/** Undelivered pushes are dropped after this long: by then the person has seen for themselves, or never will. */
export const lifetimeSeconds = 24 * 60 * 60;

/** What an answer's status says, where the body says nothing else. */
export function outcomeOf(status: number, retryAfter: string | null | undefined): Outcome {
  if (status >= 200 && status < 300) return { type: 'sent' };
  const why = `status ${status}`;
  if (status === 429 || status >= 500) return { type: 'later', why, ...readRetryAfter(retryAfter) };
  return { type: 'refused', why };
}

/** Seconds, or a date. */
function readRetryAfter(text: string | null | undefined): { readonly afterMs?: number } {
  if (!text) return {};
  const seconds = Number(text);
  const afterMs = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(afterMs) && afterMs > 0 ? { afterMs: Math.min(afterMs, 3_600_000) } : {};
}

export function failureOf(error: unknown): Outcome {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return { type: 'later', why: cause instanceof Error ? cause.message : String(cause) };
}
