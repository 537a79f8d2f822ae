import type { FilesDeps } from './deps.ts';
import { settleDue } from './settle-files.ts';

const everyMs = 60_000;
const pageSize = 100;

/**
 * Ends files that nothing needs, from its start on and by and by: uploads that were never sent, and what a process left undone
 * that ended. Several processes may do it at once.
 */
export class FileCollector {
  readonly #deps: FilesDeps;
  #running = Promise.resolve();
  #isClosed = false;
  #cancel: () => void = () => undefined;

  constructor(deps: FilesDeps) {
    this.#deps = deps;
  }

  start(): void {
    // Processes that start together do not look together.
    this.#plan(Math.random() * everyMs);
  }

  /** Resolves when nothing is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#running;
  }

  #plan(delayMs: number): void {
    this.#cancel = this.#deps.clock.after(delayMs, () => {
      this.#running = this.#collect().finally(() => {
        if (!this.#isClosed) this.#plan(everyMs);
      });
    });
  }

  /** Never rejects. */
  async #collect(): Promise<void> {
    try {
      while (!this.#isClosed && (await settleDue(this.#deps, pageSize)) === pageSize);
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'files were not collected');
    }
  }
}
