/** For the tests of this package's users: a client, a clock, and what a test may break on purpose. */
export { ManualClock } from './manual-clock.ts';
export { RawClient, toCall } from './raw-client.ts';
export { Subscription } from '../src/subscription.ts';
