/**
 * What a statement has staged that changes more documents than fit one commit. The new version of each is put beside
 * the old one, in as many commits as it takes; everybody else sees the old ones. Publishing, one short commit, makes all
 * new ones count at once. What is not published counts for nothing, also after a kill. Either way the other versions
 * are cleared away later (`Collection.settle`).
 */
export class StagedChange {
  /** Documents that matched and stay as they are. */
  unchangedCount = 0;
  /** Documents that others have changed since they were staged: they have to be looked at again. */
  #touched = new Map<string, Buffer>();
  #count = 0;
  #removedCount = 0;

  /** How many documents change. */
  get count(): number {
    return this.#count;
  }

  get removedCount(): number {
    return this.#removedCount;
  }

  add(isRemoval: boolean, change: 1 | -1 = 1): void {
    this.#count += change;
    if (isRemoval) this.#removedCount += change;
  }

  /** Takes note that somebody else has changed the document, which has lost what was staged for it. */
  lose(idKey: Buffer, isRemoval: boolean, onUndo: (step: () => void) => void): void {
    const id = idKey.toString('latin1');
    this.#touched.set(id, idKey);
    this.add(isRemoval, -1);
    onUndo(() => {
      this.#touched.delete(id);
      this.add(isRemoval);
    });
  }

  /** Nothing when none has been touched since. */
  takeTouched(): Buffer[] | undefined {
    if (this.#touched.size === 0) return undefined;
    const touched = [...this.#touched.values()];
    this.#touched = new Map();
    return touched;
  }
}
