import mongoose from 'mongoose';

const { Collection } = mongoose;
// oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
const insertMany = Collection.prototype.insertMany;

// A fault on purpose: the process is killed between storing the last words of `verify` and telling anybody of them.
Collection.prototype.insertMany = async function insertAndDie(
  this: InstanceType<typeof Collection>,
  ...args: Parameters<typeof insertMany>
) {
  const result = await insertMany.apply(this, args);
  if (args[0].some((doc) => doc['text'] === 'last words 1')) process.kill(process.pid, 'SIGKILL');
  return result;
} as typeof insertMany;
