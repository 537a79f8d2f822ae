import mongoose from 'mongoose';

const lateByMs = 1_000;
const { Collection } = mongoose;
// oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
const insertMany = Collection.prototype.insertMany;

// A fault on purpose: messages are acknowledged first and written a moment later.
Collection.prototype.insertMany = function insertLater(
  this: InstanceType<typeof Collection>,
  ...args: Parameters<typeof insertMany>
) {
  const ids = args[0].map((doc) => doc._id);
  setTimeout(() => void insertMany.apply(this, args).catch(() => undefined), lateByMs);
  return Promise.resolve({
    acknowledged: true,
    insertedCount: ids.length,
    insertedIds: Object.fromEntries(ids.entries()),
  });
} as typeof insertMany;
