import type { TRPCUntypedClient, TRPCClientError } from '@trpc/client';
import type { AppRouter } from '@whisper/server';
import { isRecord, toCallError, type CallError } from './outcome.ts';
import { Value } from '@whisper/client';

export type StreamEvent = {
  /** Counts from 1 in this subscription. */
  readonly n: number;
  readonly at: Date;
  readonly id?: string;
  readonly data: unknown;
};

export type StreamState = {
  readonly status: 'connecting' | 'live' | 'stopped' | 'failed';
  /** The newest events, oldest first. */
  readonly events: readonly StreamEvent[];
  readonly count: number;
  readonly error?: CallError;
};

export type StreamRequest = {
  readonly path: string;
  readonly input: unknown;
  /** Its events come with ids. */
  readonly isTracked: boolean;
  /** It serves a part of the page and is not listed. */
  readonly isHidden?: boolean;
};

const keptEventsMax = 500;

/** One running subscription and what it has said so far. */
export class Stream {
  readonly key = crypto.randomUUID();
  readonly request: StreamRequest;
  readonly state = new Value<StreamState>({ status: 'connecting', events: [], count: 0 });
  readonly #subscription: { unsubscribe(): void };

  constructor(client: TRPCUntypedClient<AppRouter>, request: StreamRequest) {
    this.request = request;
    this.#subscription = client.subscription(request.path, request.input, {
      onStarted: () => this.#change({ status: 'live' }),
      onData: (event: unknown) => this.#add(event),
      onError: (error: TRPCClientError<AppRouter>) => this.#end('failed', toCallError(error)),
      onComplete: () => this.#end('stopped'),
      onConnectionStateChange: ({ state }) => this.#follow(state),
    });
  }

  get isRunning(): boolean {
    const { status } = this.state.getSnapshot();
    return status === 'connecting' || status === 'live';
  }

  stop(): void {
    this.#subscription.unsubscribe();
    this.#end('stopped');
  }

  fail(message: string): void {
    this.#subscription.unsubscribe();
    this.#end('failed', { code: 'CLOSED', message, fieldErrors: {} });
  }

  clear(): void {
    this.#change({ events: [] });
  }

  #add(event: unknown): void {
    const { events, count } = this.state.getSnapshot();
    const tracked = this.request.isTracked && isRecord(event) && typeof event['id'] === 'string';
    const entry: StreamEvent = {
      n: count + 1,
      at: new Date(),
      ...(tracked ? { id: String(event['id']), data: event['data'] } : { data: event }),
    };
    this.#change({ status: 'live', events: [...events.slice(1 - keptEventsMax), entry], count: count + 1 });
  }

  #follow(connection: 'idle' | 'connecting' | 'pending'): void {
    if (connection === 'connecting' && this.isRunning) this.#change({ status: 'connecting' });
  }

  #end(status: 'stopped' | 'failed', error?: CallError): void {
    if (this.isRunning) this.#change({ status, ...(error && { error }) });
  }

  #change(part: Partial<StreamState>): void {
    this.state.set({ ...this.state.getSnapshot(), ...part });
  }
}
