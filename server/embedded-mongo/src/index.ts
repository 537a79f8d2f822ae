export {
  type EmbeddedMongo,
  type EmbeddedMongoOptions,
  startEmbeddedMongo,
} from './launch/start-embedded-mongo.ts';
export { lockDataDir } from './storage/data-lock.ts';
export { backUp, compact, type Compacted } from './tools/backup.ts';
export { fsck } from './tools/fsck.ts';
