export type OldCall = {
  readonly wire: 'REST' | 'Socket.IO, sent' | 'Socket.IO, received';
  readonly old: string;
  /** The procedures that do it now. */
  readonly now: readonly string[];
  readonly note: string;
};

/** What the first version's clients use, and where each lives now. */
export const oldApi: readonly OldCall[] = [
  {
    wire: 'REST',
    old: 'POST /api/auth/callback',
    now: ['auth.sync'],
    note: 'Any first call makes the account.',
  },
  { wire: 'REST', old: 'GET /api/auth/me', now: ['auth.me'], note: '' },
  { wire: 'REST', old: 'GET /api/users', now: ['user.list'], note: 'Now with search and pages.' },
  { wire: 'REST', old: 'GET /api/chats', now: ['chat.list'], note: 'Now in pages, with unread counts.' },
  { wire: 'REST', old: 'POST /api/chats/with/:participantId', now: ['chat.openDirect'], note: '' },
  {
    wire: 'REST',
    old: 'GET /api/messages/chat/:chatId',
    now: ['message.list', 'message.changes'],
    note: 'Now in pages by seq, and the changes after a rev.',
  },
  {
    wire: 'Socket.IO, sent',
    old: 'connect with auth.token',
    now: ['auth.refresh'],
    note: 'A tRPC socket sends connectionParams.token, and a newer token before it ends.',
  },
  {
    wire: 'Socket.IO, sent',
    old: 'join-chat, leave-chat',
    now: ['message.onEvent', 'typing.onChange'],
    note: 'Subscribe with a chatId, and unsubscribe.',
  },
  {
    wire: 'Socket.IO, sent',
    old: 'send-message',
    now: ['message.send'],
    note: 'Answers with the stored message; a clientId makes it safe to repeat.',
  },
  { wire: 'Socket.IO, sent', old: 'typing', now: ['typing.set'], note: 'Ends by itself after 6 s.' },
  {
    wire: 'Socket.IO, received',
    old: 'new-message',
    now: ['message.onNew', 'message.onEvent'],
    note: 'Each event has an id to go on from.',
  },
  { wire: 'Socket.IO, received', old: 'typing', now: ['typing.onChange'], note: '' },
  {
    wire: 'Socket.IO, received',
    old: 'online-users, user-online, user-offline',
    now: ['presence.onChange', 'presence.list'],
    note: 'The first event is the list.',
  },
  {
    wire: 'Socket.IO, received',
    old: 'socket-error',
    now: ['message.send'],
    note: 'The call itself fails, with a code and what is wrong with which field.',
  },
];
