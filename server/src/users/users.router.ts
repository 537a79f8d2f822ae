import {
  BlockedPageSchema,
  BlockInputSchema,
  GetUserInputSchema,
  ListBlockedInputSchema,
  ListUsersInputSchema,
  SuspendInputSchema,
  UnsuspendInputSchema,
  UserPageSchema,
  UserSchema,
} from '@whisper/shared';
import { z } from 'zod';
import { moderatorProcedure, procedure, router } from '../trpc.ts';
import { blockUser, unblockUser } from './block-user.ts';
import type { UsersDeps } from './deps.ts';
import { getUser } from './get-user.ts';
import { listBlocked } from './list-blocked.ts';
import { listUsers } from './list-users.ts';
import { suspendUser, unsuspendUser } from './suspend-user.ts';

export function createUsersRouter(deps: UsersDeps) {
  return router({
    list: procedure
      .meta({
        docs: 'Everybody but me, or those whose name begins with the query, or whose e-mail address it is.',
        cost: { budget: 'reads', points: 2 },
      })
      .input(ListUsersInputSchema)
      .output(UserPageSchema)
      .query(({ ctx, input }) => listUsers(deps, ctx.viewer.id, input)),

    get: procedure
      .meta({
        docs: 'One person.',
        cost: { budget: 'reads', points: 1 },
      })
      .input(GetUserInputSchema)
      .output(UserSchema)
      .query(({ input }) => getUser(deps, input.userId)),

    block: procedure
      .meta({
        docs: 'Nothing that either of us does reaches the other any more; they are not told. Safe to repeat.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(BlockInputSchema)
      .output(z.void())
      .mutation(({ ctx, input }) => blockUser(deps, ctx.viewer.id, input.userId)),

    unblock: procedure
      .meta({
        docs: 'Ends a block. What was written meanwhile stays hidden from me. Safe to repeat.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(BlockInputSchema)
      .output(z.void())
      .mutation(({ ctx, input }) => unblockUser(deps, ctx.viewer.id, input.userId)),

    suspend: moderatorProcedure
      .meta({
        docs: 'Moderators: ends a person’s sessions and refuses new ones, until a moment or until it is ended.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(SuspendInputSchema)
      .output(z.void())
      .mutation(({ ctx, input }) => suspendUser(deps, ctx.viewer, input)),

    unsuspend: moderatorProcedure
      .meta({
        docs: 'Moderators: lets a suspended person in again.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(UnsuspendInputSchema)
      .output(z.void())
      .mutation(({ ctx, input }) => unsuspendUser(deps, ctx.viewer, input.userId)),

    blocked: procedure
      .meta({
        docs: 'Whom I block, the latest first.',
        cost: { budget: 'reads', points: 2 },
      })
      .input(ListBlockedInputSchema)
      .output(BlockedPageSchema)
      .query(({ ctx, input }) => listBlocked(deps, ctx.viewer.id, input)),
  });
}
