export type { CacheOptions } from './cache/chat-cache.ts';
export { systemClock, type Clock } from './clock.ts';
export {
  refusalFor,
  type ConnectionState,
  type RefusalReason,
  type WhisperApi,
} from './connection/connection.ts';
export { toFailure, type Failure } from './connection/failure.ts';
export { TokenSource, type GetToken } from './connection/token-source.ts';
export {
  appForeground,
  neverForeground,
  pageForeground,
  type ForegroundWatch,
} from './connection/foreground.ts';
export { appWakeUps, type AppSignals, type WakeUps } from './connection/wake-ups.ts';
export {
  createWhisperClient,
  type WhisperClient,
  type WhisperClientOptions,
} from './create-whisper-client.ts';
export { devTokens, fetchDevPeople, NoTokenError, type DevPeople } from './dev-tokens.ts';
export { Value, type Observable } from './observable.ts';
export {
  filesOf,
  isDraft,
  type StoredChange,
  type StoredDraft,
  type StoredEntry,
} from './outbox/entry.ts';
export { memoryFiles, type DeviceFiles, type KeptFile } from './files/device-files.ts';
export { indexedDbFiles } from './files/indexed-db-files.ts';
export type { Upload, UploadState } from './files/upload.ts';
export { TusUpload } from './files/tus-upload.ts';
export type { FileFacts, Uploads } from './files/uploads.ts';
export { disableWebPush, enableWebPush } from './push/web-push.ts';
export { browserStorage } from './storage/browser-storage.ts';
export type { DeviceStorage } from './storage/device-storage.ts';
export { indexedDbStorage } from './storage/indexed-db-storage.ts';
export { memoryStorage } from './storage/memory-storage.ts';
export {
  messagesOf,
  receiptOf,
  rowsOf,
  type ChatRow,
  type ChatSnapshot,
  type RefusedChange,
} from './store/chat-snapshot.ts';
export type { Groups } from './store/groups.ts';
export type { MessageSearch, SearchSnapshot, SearchWanted } from './store/message-search.ts';
export type { ReadersWatch } from './store/readers-watch.ts';
export type { ChatStore } from './store/chat-store.ts';
export type { ChatView } from './store/open-chat.ts';
export type { AppRouter, RouterInputs, RouterOutputs } from '@whisper/server';

/** How a program without the SDK says for which contract it was written: this header with this number. */
export { contractHeader, contractVersion } from '@whisper/shared';
