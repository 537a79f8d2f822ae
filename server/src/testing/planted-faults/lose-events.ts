import { Subscription } from '../../trpc/socket/subscription.ts';

const push = Subscription.prototype.push;
let count = 0;

// A fault on purpose: one delivery in 500 never leaves.
Subscription.prototype.push = function pushMostly(item) {
  count += 1;
  return count % 500 === 0 ? true : push.call(this, item);
};
