import mongoose from 'mongoose';

const { Collection } = mongoose;
// oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
const { bulkWrite } = Collection.prototype;
const dieAt = process.env['DIE_AT'];

// A fault on purpose: the process is killed when it has written half of what migration 0004 writes to a collection.
Collection.prototype.bulkWrite = async function writeHalfAndDie(writes, ...rest) {
  const { $setOnInsert, $set } = writes[0]?.updateOne?.update ?? {};
  const isMeant = dieAt === this.name && ($setOnInsert?.readSeq !== undefined || $set?.kind !== undefined);
  if (!isMeant) return bulkWrite.call(this, writes, ...rest);
  await bulkWrite.call(this, writes.slice(0, writes.length / 2), ...rest);
  process.kill(process.pid, 'SIGKILL');
};
