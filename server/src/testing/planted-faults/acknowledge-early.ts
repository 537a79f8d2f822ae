import mongoose from 'mongoose';

const lateByMs = 300;
const { Collection } = mongoose;
const insertMany = Collection.prototype.insertMany;

// A fault on purpose: messages are acknowledged first and written a moment later.
Collection.prototype.insertMany = function insertLater(
  this: InstanceType<typeof Collection>,
  ...args: Parameters<typeof insertMany>
) {
  const ids = args[0].map((doc) => doc._id);
  setTimeout(() => insertMany.apply(this, args).catch(() => undefined), lateByMs);
  return Promise.resolve({ acknowledged: true, insertedCount: ids.length, insertedIds: { ...ids } });
} as typeof insertMany;
