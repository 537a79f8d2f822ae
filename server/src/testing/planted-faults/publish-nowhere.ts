import { MessageRelay } from '../../messages/log/message-relay.ts';
import { Redis } from '../../platform/redis.ts';

// A fault on purpose: what one process publishes reaches no other, and nobody compares the logs.
// oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
const publishAll = Redis.prototype.publishAll;

Redis.prototype.publishAll = function publishNothingOfMessages(channels, message) {
  const others = channels.filter((channel) => !channel.includes(':messages:'));
  return others.length === 0 || publishAll.call(this, others, message);
};
MessageRelay.prototype.compare = () => Promise.resolve();
