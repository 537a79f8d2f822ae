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
  createWhisperClient,
  type WhisperClient,
  type WhisperClientOptions,
} from './create-whisper-client.ts';
export { devTokens, fetchDevPeople, NoTokenError, type DevPeople } from './dev-tokens.ts';
export { Value, type Observable } from './observable.ts';
export { browserStorage } from './outbox/browser-storage.ts';
export { memoryStorage } from './outbox/memory-storage.ts';
export {
  isDraft,
  type OutboxStorage,
  type StoredChange,
  type StoredDraft,
  type StoredEntry,
} from './outbox/outbox-storage.ts';
export {
  messagesOf,
  receiptOf,
  rowsOf,
  type ChatRow,
  type ChatSnapshot,
  type RefusedChange,
} from './store/chat-snapshot.ts';
export type { ChatStore } from './store/chat-store.ts';
export type { ChatView } from './store/open-chat.ts';
export type { AppRouter, RouterInputs, RouterOutputs } from '@whisper/server';
