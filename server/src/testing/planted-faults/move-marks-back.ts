import mongoose from 'mongoose';

const { Collection } = mongoose;

type Update = { readonly $max?: { readonly readSeq?: number } };

/** A read mark goes back to the beginning as soon as it is stored. Disposing ends that. */
export function moveMarksBack(): Disposable {
  // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
  const { findOneAndUpdate } = Collection.prototype;
  async function moveBack(
    this: InstanceType<typeof Collection>,
    ...args: Parameters<typeof findOneAndUpdate>
  ): Promise<unknown> {
    const result: unknown = await findOneAndUpdate.apply(this, args);
    const [filter, update] = args;
    if ((update as Update).$max?.readSeq) await this.updateOne(filter, { $set: { readSeq: 0 } });
    return result;
  }
  Collection.prototype.findOneAndUpdate = moveBack as typeof findOneAndUpdate;
  return {
    [Symbol.dispose]: () => {
      Collection.prototype.findOneAndUpdate = findOneAndUpdate;
    },
  };
}
