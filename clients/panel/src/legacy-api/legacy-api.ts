export type LegacyCall = {
  readonly wire: 'REST' | 'Socket.IO, sent' | 'Socket.IO, received';
  readonly legacy: string;
  /** The procedures that do it now. */
  readonly now: readonly string[];
  readonly note: string;
};

/** What the first version's clients use, and where each lives now. */
export const legacyApi: readonly LegacyCall[] = [
  {
    wire: 'REST',
    legacy: 'POST /api/auth/callback',
    now: ['auth.sync'],
    note: 'Any first call makes the account.',
  },
  { wire: 'REST', legacy: 'GET /api/auth/me', now: ['auth.me'], note: '' },
  { wire: 'REST', legacy: 'GET /api/users', now: ['user.list'], note: 'Now with search and pages.' },
  { wire: 'REST', legacy: 'GET /api/chats', now: ['chat.list'], note: 'Now in pages, with unread counts.' },
  { wire: 'REST', legacy: 'POST /api/chats/with/:participantId', now: ['chat.openDirect'], note: '' },
  {
    wire: 'REST',
    legacy: 'GET /api/messages/chat/:chatId',
    now: ['message.list', 'message.changes'],
    note: 'Now in pages by seq, and the changes after a rev.',
  },
  {
    wire: 'Socket.IO, sent',
    legacy: 'connect with auth.token',
    now: ['auth.refresh'],
    note: 'A tRPC socket sends connectionParams.token, and a newer token before it ends.',
  },
  {
    wire: 'Socket.IO, sent',
    legacy: 'join-chat, leave-chat',
    now: ['message.onEvent', 'typing.onChange'],
    note: 'Subscribe with a chatId, and unsubscribe.',
  },
  {
    wire: 'Socket.IO, sent',
    legacy: 'send-message',
    now: ['message.send'],
    note: 'Answers with the stored message; a clientId makes it safe to repeat.',
  },
  { wire: 'Socket.IO, sent', legacy: 'typing', now: ['typing.set'], note: 'Ends by itself after 6 s.' },
  {
    wire: 'Socket.IO, received',
    legacy: 'new-message',
    now: ['message.onNew', 'message.onEvent'],
    note: 'Each event has an id to go on from.',
  },
  { wire: 'Socket.IO, received', legacy: 'typing', now: ['typing.onChange'], note: '' },
  {
    wire: 'Socket.IO, received',
    legacy: 'online-users, user-online, user-offline',
    now: ['presence.onChange', 'presence.list'],
    note: 'The first event is the list.',
  },
  {
    wire: 'Socket.IO, received',
    legacy: 'socket-error',
    now: ['message.send'],
    note: 'The call itself fails, with a code and what is wrong with which field.',
  },
];
