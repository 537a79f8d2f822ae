/** Runs tasks one after another, so that what a client sent in order happens in order. */
export class TaskQueue {
  readonly #sizeMax: number;
  #size = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  /** False, and the task is not taken, when too many are waiting. A task must not reject. */
  add(task: () => Promise<void>): boolean {
    if (this.#size >= this.#sizeMax) return false;
    this.#size += 1;
    this.#last = this.#last.then(task).finally(() => {
      this.#size -= 1;
    });
    return true;
  }

  /** Resolves when everything taken so far is done. */
  idle(): Promise<void> {
    return this.#last;
  }
}
