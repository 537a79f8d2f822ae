export { collect, Collector } from './collect.ts';
export { FlakyLink } from './flaky-link.ts';
export { openChat } from './open-chat.ts';
export { openGroup } from './open-group.ts';
export { ManualClock } from './manual-clock.ts';
export { ServerProcess } from './server-process.ts';
export { newDatabaseUri, startTestServer, type TestServer } from './start-test-server.ts';
export { RedisServer } from '../nodes/redis-server.ts';
export { TestClient } from './test-client.ts';
