// What runs several processes outside a test runner needs.
export { startEmbeddedMongo, type EmbeddedMongo } from '@whisper/embedded-mongo';
export { findFreePort } from '../nodes/find-free-port.ts';
export { openFrontDoor } from '../nodes/front-door.ts';
export { NodeProcess } from '../nodes/node-process.ts';
export { RedisServer } from '../nodes/redis-server.ts';
