import type { Clock } from '../clock.ts';

const deadlines = {
  /** From the first packet to an open socket. */
  handshakeMs: 10_000,
  /** A peer that said nothing for this long is asked for a sign of life. */
  silenceMs: 10_000,
  /** A peer that says nothing for this long after it was asked is gone. */
  answerMs: 5_000,
} as const;

type Shared = { readonly base: typeof WebSocket; readonly clock: Clock; readonly live: Set<TimedSocket> };

/**
 * WebSockets with deadlines of our own. A browser's has none: it waits minutes for a handshake, a minute for the
 * answer to a close, and never asks whether the peer is still there.
 */
export class TimedSockets {
  /** Has everything of the browser's class that tRPC uses. */
  readonly WebSocket: typeof WebSocket;
  readonly #live = new Set<TimedSocket>();

  constructor(base: typeof WebSocket, clock: Clock) {
    const shared: Shared = { base, clock, live: this.#live };
    const bound = class extends TimedSocket {
      constructor(url: string | URL) {
        super(url, shared);
      }
    };
    this.WebSocket = bound as unknown as typeof WebSocket;
  }

  /** Ends what has not opened yet, and asks every open socket for a sign of life. */
  hurry(): void {
    for (const socket of [...this.#live]) socket.hurry();
  }

  /** Ends every socket at once and leaves no timer behind. */
  end(): void {
    for (const socket of [...this.#live]) socket.close();
  }
}

type EventName = 'open' | 'message' | 'error' | 'close';
type Listener = (this: unknown, event: object) => void;

/**
 * One socket. Once it is closed, or found dead, it is done with at once: nothing waits for the peer's goodbye, and
 * nothing that still arrives is passed on. It keeps its listeners itself: React Native has neither `Event` nor
 * `EventTarget`.
 */
class TimedSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly OPEN = TimedSocket.OPEN;
  readonly #listeners = new Map<EventName, Set<Listener>>();
  readonly #shared: Shared;
  readonly #inner: WebSocket;
  /** Who sent the pings that are not answered yet; tRPC sends some itself. */
  readonly #pings: ('ours' | 'theirs')[] = [];
  #cancel: () => void;
  #state: 'connecting' | 'open' | 'asked' | 'ended' = 'connecting';

  constructor(url: string | URL, shared: Shared) {
    this.#shared = shared;
    this.#inner = new shared.base(url);
    this.#cancel = shared.clock.after(deadlines.handshakeMs, () => this.#end({ code: 1006 }));
    shared.live.add(this);
    this.#inner.addEventListener('open', () => this.#opened());
    this.#inner.addEventListener('message', ({ data }) => this.#heard(data));
    this.#inner.addEventListener('close', ({ code, reason }) => this.#end({ code, reason }));
    // The close that follows says everything; but ws throws an error that nobody listens to.
    this.#inner.addEventListener('error', () => undefined);
  }

  get readyState(): number {
    return this.#state === 'ended' ? TimedSocket.CLOSED : this.#inner.readyState;
  }

  set binaryType(type: BinaryType) {
    this.#inner.binaryType = type;
  }

  addEventListener(name: EventName, listener: Listener): void {
    this.#listeners.set(name, (this.#listeners.get(name) ?? new Set()).add(listener));
  }

  removeEventListener(name: EventName, listener: Listener): void {
    this.#listeners.get(name)?.delete(listener);
  }

  send(data: string): void {
    if (this.#state === 'ended') return;
    if (data === 'PING') this.#pings.push('theirs');
    this.#inner.send(data);
  }

  close(code = 1000): void {
    this.#end({ code });
  }

  hurry(): void {
    if (this.#state === 'connecting') this.#end({ code: 1006 });
    if (this.#state === 'open') this.#ask();
  }

  #opened(): void {
    if (this.#state === 'ended') return;
    this.#awaitSilence();
    this.#tell('open', {});
  }

  #heard(data: unknown): void {
    if (this.#state === 'ended') return;
    this.#awaitSilence();
    if (data === 'PONG' && this.#pings.shift() === 'ours') return;
    this.#tell('message', { data });
  }

  #awaitSilence(): void {
    this.#state = 'open';
    this.#cancel();
    this.#cancel = this.#shared.clock.after(deadlines.silenceMs, () => this.#ask());
  }

  #ask(): void {
    this.#state = 'asked';
    this.#cancel();
    this.#cancel = this.#shared.clock.after(deadlines.answerMs, () => this.#end({ code: 1006 }));
    this.#pings.push('ours');
    this.#inner.send('PING');
  }

  #tell(type: EventName, event: object): void {
    for (const listener of [...(this.#listeners.get(type) ?? [])]) listener.call(this, { type, ...event });
  }

  #end(close: { readonly code: number; readonly reason?: string }): void {
    if (this.#state === 'ended') return;
    const hadOpened = this.#state !== 'connecting';
    this.#state = 'ended';
    this.#cancel();
    this.#shared.live.delete(this);
    this.#inner.close();
    // As a browser does: never within the call, and an error first when it never opened.
    queueMicrotask(() => {
      if (!hadOpened) this.#tell('error', {});
      this.#tell('close', close);
    });
  }
}
