import { CommandError } from '../errors.ts';

/**
 * The concrete paths one update has written: `a.$[x]` and `a.$[]` meet only when the elements are known, and then
 * the update is refused.
 */
export class WrittenPaths {
  readonly #paths = new Set<string>();
  readonly #ancestors = new Set<string>();

  record(path: string): void {
    if (this.#paths.has(path) || this.#ancestors.has(path)) throw conflictAt(path);
    for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
      const ancestor = path.slice(0, dot);
      if (this.#paths.has(ancestor)) throw conflictAt(ancestor);
      this.#ancestors.add(ancestor);
    }
    this.#paths.add(path);
  }
}

function conflictAt(path: string): CommandError {
  return new CommandError('ConflictingUpdateOperators', `Update created a conflict at '${path}'`);
}
