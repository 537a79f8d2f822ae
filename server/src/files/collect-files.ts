import type { FilesDeps } from './deps.ts';
import { settleDue } from './settle-files.ts';

const everyMs = 60_000;
const pageSize = 100;

/**
 * Ends files that nothing needs, from now on and by and by: uploads that were never sent, and what a process left undone that
 * ended. The returned function stops it, and resolves when nothing is under way.
 */
export function collectFiles(deps: FilesDeps): () => Promise<void> {
  let isStopped = false;
  let running = Promise.resolve();
  const collect = async () => {
    try {
      while (!isStopped && (await settleDue(deps, pageSize)) === pageSize);
    } catch (error) {
      deps.log.warn({ err: error }, 'files were not collected');
    }
  };
  let cancel = () => undefined as void;
  const plan = (delayMs: number) => {
    cancel = deps.clock.after(delayMs, () => {
      running = collect().then(() => {
        if (!isStopped) plan(everyMs);
      });
    });
  };
  // Processes that start together do not look together.
  plan(Math.random() * everyMs);
  return async () => {
    isStopped = true;
    cancel();
    await running;
  };
}
