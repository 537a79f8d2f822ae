/** What to undo in memory when the transaction around it fails; the bytes are rolled back by the store itself. */
export class UndoLog {
  #steps: (() => void)[] = [];

  push(step: () => void): void {
    this.#steps.push(step);
  }

  mark(): number {
    return this.#steps.length;
  }

  rollBackTo(mark: number): void {
    while (this.#steps.length > mark) this.#steps.pop()?.();
  }

  clear(): void {
    this.#steps = [];
  }
}
