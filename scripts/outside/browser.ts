// What a page imports: bundled for a browser, it holds nothing that only a server has.
import { browserStorage, createWhisperClient, messagesOf, rowsOf } from '@whisper/client';
import { MessageSchema } from '@whisper/shared';

const whisper = createWhisperClient({
  url: 'https://chat.example',
  getToken: async () => null,
  storage: browserStorage(),
});
Object.assign(globalThis, { whisper, messagesOf, rowsOf, MessageSchema });
