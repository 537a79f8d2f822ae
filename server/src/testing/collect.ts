type Observer<T> = {
  onData(value: T): void;
  onError(error: unknown): void;
};

type Subscribe<T> = (observer: Observer<T>) => { unsubscribe(): void };

/** What a subscription has delivered so far, with ways to wait for more. */
export class Collector<T> {
  readonly items: T[] = [];
  readonly #subscription: { unsubscribe(): void };
  #error: unknown;
  #wake: () => void = () => undefined;

  constructor(subscribe: Subscribe<T>) {
    this.#subscription = subscribe({
      onData: (value) => {
        this.items.push(value);
        this.#wake();
      },
      onError: (error) => {
        this.#error = error;
        this.#wake();
      },
    });
  }

  /** Resolves with everything collected once `isDone` holds; rejects when the subscription fails before. */
  async until(isDone: (items: readonly T[]) => boolean): Promise<readonly T[]> {
    while (!isDone(this.items)) {
      if (this.#error) throw this.#error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.items;
  }

  /** Resolves with the error the subscription failed with. */
  async failure(): Promise<unknown> {
    while (!this.#error) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#error;
  }

  stop(): void {
    this.#subscription.unsubscribe();
  }
}

/** Subscribes and collects: `collect((on) => client.api.message.onEvent.subscribe({}, on))`. */
export function collect<T>(subscribe: Subscribe<T>): Collector<T> {
  return new Collector(subscribe);
}
