'use client';

export { useChat, type OpenedChat } from './use-chat.ts';
export { useChats, type Chats } from './use-chats.ts';
export { useConnection, useIsLost, type ConnectionHealth } from './use-connection.ts';
export { usePresence, type Presence } from './use-presence.ts';
export { useStore } from './use-store.ts';
export { useTyping, type Typing } from './use-typing.ts';
export { useWhisperClient, type OwnClient } from './use-whisper-client.ts';
export { useClient, WhisperProvider, type WhisperProviderProps } from './whisper-provider.tsx';
