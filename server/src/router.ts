import { authRouter } from './auth/auth.router.ts';
import { chatsRouter } from './chats/chats.router.ts';
import { messagesRouter } from './messages/messages.router.ts';
import { presenceRouter } from './presence/presence.router.ts';
import { createCallerFactory, router } from './trpc/trpc.ts';
import { typingRouter } from './typing/typing.router.ts';
import { usersRouter } from './users/users.router.ts';

export const appRouter = router({
  auth: authRouter,
  user: usersRouter,
  chat: chatsRouter,
  message: messagesRouter,
  typing: typingRouter,
  presence: presenceRouter,
});

export type AppRouter = typeof appRouter;

/** Calls procedures inside the process, under the same rules as from outside. */
export const createCaller = createCallerFactory(appRouter);
