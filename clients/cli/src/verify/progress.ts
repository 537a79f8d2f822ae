const tellEveryMs = 2_000;

/** Says what a run is at: each step as it begins, and how far it is every few seconds. */
export class Progress implements Disposable {
  readonly #say: (line: string) => void;
  readonly #startedAt = Date.now();
  readonly #timer = setInterval(() => this.#tell(), tellEveryMs);
  #describe: () => string = () => '';

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  /** `describe` is asked again and again until the next step. */
  step(describe: () => string): void {
    this.#describe = describe;
    this.#tell();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #tell(): void {
    const seconds = Math.round((Date.now() - this.#startedAt) / 1_000);
    this.#say(`${String(seconds).padStart(4)} s  ${this.#describe()}`);
  }
}
