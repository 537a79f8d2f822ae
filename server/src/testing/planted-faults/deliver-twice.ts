import { Subscription } from '../../trpc/socket/subscription.ts';

const push = Subscription.prototype.push;
let count = 0;

// A fault on purpose: one delivery in 500 leaves twice.
Subscription.prototype.push = function pushSometimesTwice(item) {
  count += 1;
  if (count % 500 === 0) push.call(this, item);
  return push.call(this, item);
};
