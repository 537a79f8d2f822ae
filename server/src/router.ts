import { createChatsRouter } from './chats/chats.router.ts';
import type { ChatsDeps } from './chats/deps.ts';
import type { FilesDeps } from './files/deps.ts';
import { createFilesRouter } from './files/files.router.ts';
import type { Authenticate } from './identity/viewer.ts';
import type { MessagesDeps } from './messages/deps.ts';
import { createMessagesRouter } from './messages/messages.router.ts';
import type { OwnDataDeps } from './own-data/deps.ts';
import { createOwnDataRouter } from './own-data/own-data.router.ts';
import { createAuditRouter, createReportsRouter } from './moderation/moderation.router.ts';
import { createPresenceRouter } from './presence/presence.router.ts';
import type { PresenceDeps } from './presence/deps.ts';
import type { PushDeps } from './push/deps.ts';
import { createDevicesRouter } from './push/devices.router.ts';
import { createCallerFactory, router } from './trpc.ts';
import type { TypingDeps } from './typing/deps.ts';
import { createTypingRouter } from './typing/typing.router.ts';
import { createAuthRouter } from './users/auth.router.ts';
import type { UsersDeps } from './users/deps.ts';
import { createUsersRouter } from './users/users.router.ts';

/** What the rooms with procedures need, all of it. */
export type RouterDeps = UsersDeps &
  ChatsDeps &
  FilesDeps &
  MessagesDeps &
  TypingDeps &
  PresenceDeps &
  OwnDataDeps &
  PushDeps & { readonly authenticate: Authenticate };

export function createAppRouter(deps: RouterDeps) {
  return router({
    auth: createAuthRouter(deps),
    user: createUsersRouter(deps),
    chat: createChatsRouter(deps),
    file: createFilesRouter(deps),
    message: createMessagesRouter(deps),
    typing: createTypingRouter(deps),
    presence: createPresenceRouter(deps),
    me: createOwnDataRouter(deps),
    device: createDevicesRouter(deps),
    report: createReportsRouter(deps),
    audit: createAuditRouter(deps),
  });
}

export type AppRouter = ReturnType<typeof createAppRouter>;

/** Makes a caller of the procedures inside the process, under the same rules as from outside. */
export function createCallers(appRouter: AppRouter) {
  return createCallerFactory(appRouter);
}

export type CreateCaller = ReturnType<typeof createCallers>;

/** The procedures, called as one person. */
export type Procedures = ReturnType<CreateCaller>;
