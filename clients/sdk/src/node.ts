import {
  createWhisperClient as createClient,
  type WhisperClient,
  type WhisperClientOptions,
} from './create-whisper-client.ts';
import { nodeWebSocket } from './node-socket.ts';

export * from './index.ts';
export { folderFiles } from './files/folder-files.ts';
export { fileStorage } from './storage/file-storage.ts';

/** Connects at once, and again by itself for as long as it is not closed or refused. Brings its own WebSocket. */
export function createWhisperClient(options: WhisperClientOptions): WhisperClient {
  return createClient({ WebSocket: nodeWebSocket, ...options });
}
