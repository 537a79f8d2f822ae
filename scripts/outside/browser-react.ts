// What a page with React imports of ours; React itself is the application's own.
export { browserStorage, createWhisperClient } from '@whisper/client';
export * from '@whisper/react';
