import { isOfOneChat } from './is-of-one-chat.ts';
import { Subscription } from '@whisper/trpc-socket/testing';

// oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
const push = Subscription.prototype.push;
let count = 0;

// A fault on purpose: of the deliveries in single chats' streams one in 500 never leaves.
Subscription.prototype.push = function pushMostly(item) {
  if (isOfOneChat(item)) count += 1;
  return isOfOneChat(item) && count % 500 === 0 ? true : push.call(this, item);
};
