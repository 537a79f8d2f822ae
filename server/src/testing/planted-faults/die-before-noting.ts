import mongoose from 'mongoose';
import { LastMessages } from '../../chats/last-messages.ts';

const { Collection } = mongoose;
// oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
const insertMany = Collection.prototype.insertMany;
let count = 0;

// A fault on purpose: nobody is told that a chat may change, and now and then the process dies between storing and telling.
LastMessages.prototype.expectChange = () => Promise.resolve(true);
Collection.prototype.insertMany = async function insertAndDie(
  this: InstanceType<typeof Collection>,
  ...args: Parameters<typeof insertMany>
) {
  const result = await insertMany.apply(this, args);
  count += 1;
  if (count % 40 === 0) process.kill(process.pid, 'SIGKILL');
  return result;
} as typeof insertMany;
