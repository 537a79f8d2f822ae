import {
  ChatEventSchema,
  ChatPageSchema,
  ChatSchema,
  CreateGroupInputSchema,
  DirectChatSchema,
  GetChatInputSchema,
  ListChatsInputSchema,
  ListMembersInputSchema,
  MarkDeliveredInputSchema,
  MarkDeliveredOutputSchema,
  MarkReadInputSchema,
  MemberPageSchema,
  OpenDirectInputSchema,
  UnreadSchema,
  WatchChatsInputSchema,
} from '@whisper/shared';
import { procedure, router, trackedFeedOf } from '../trpc.ts';
import type { ChatsDeps } from './deps.ts';
import { getChat } from './get-chat.ts';
import { createGroup } from './create-group.ts';
import { listChats } from './list-chats.ts';
import { listMembers } from './list-members.ts';
import { markDelivered, markRead } from './mark-read.ts';
import { openDirect } from './open-direct.ts';
import { watchChats } from './watch-chats.ts';

export function createChatsRouter(deps: ChatsDeps) {
  return router({
    list: procedure
      .meta({
        docs: 'My chats, the one with the newest message first.',
        cost: { budget: 'reads', points: 2 },
      })
      .input(ListChatsInputSchema)
      .output(ChatPageSchema)
      .query(({ ctx, input }) => listChats(deps, ctx.viewer.id, input)),

    get: procedure
      .meta({
        docs: 'One of my chats.',
        cost: { budget: 'reads', points: 1 },
      })
      .input(GetChatInputSchema)
      .output(ChatSchema)
      .query(({ ctx, input }) => getChat(deps, ctx.viewer.id, input.chatId)),

    openDirect: procedure
      .meta({
        docs: 'The direct chat with a person, made when it is missing.',
        cost: { budget: 'chat.openDirect', points: 1 },
      })
      .input(OpenDirectInputSchema)
      .output(DirectChatSchema)
      .mutation(({ ctx, input }) => openDirect(deps, ctx.viewer.id, input.userId)),

    createGroup: procedure
      .meta({
        docs: 'Makes a group of people, with me as its owner. Safe to repeat with the same clientId.',
        cost: { budget: 'chat.openDirect', points: 5 },
      })
      .input(CreateGroupInputSchema)
      .output(ChatSchema)
      .mutation(({ ctx, input }) => createGroup(deps, ctx.viewer, input)),

    members: procedure
      .meta({
        docs: 'The people of a chat and what they are in it.',
        cost: { budget: 'reads', points: 2 },
      })
      .input(ListMembersInputSchema)
      .output(MemberPageSchema)
      .query(({ ctx, input }) => listMembers(deps, ctx.viewer.id, input)),

    markRead: procedure
      .meta({
        docs: 'Marks a chat as read up to a message.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(MarkReadInputSchema)
      .output(UnreadSchema)
      .mutation(({ ctx, input }) => markRead(deps, { viewerId: ctx.viewer.id, ...input })),

    markDelivered: procedure
      .meta({
        docs: 'Says that messages reached this device, up to one of them.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(MarkDeliveredInputSchema)
      .output(MarkDeliveredOutputSchema)
      .mutation(async ({ ctx, input }) => ({
        deliveredSeq: await markDelivered(deps, { viewerId: ctx.viewer.id, ...input }),
      })),

    onChange: procedure
      .meta({
        docs: 'What happens to my chats besides messages: new, changed, gone, read further; resumes after lastEventId.',
        cost: { budget: 'subscriptions', points: 1 },
      })
      .input(WatchChatsInputSchema)
      .output(trackedFeedOf(ChatEventSchema))
      .subscription(({ ctx, input }) => watchChats(deps, ctx.viewer.id, input)),
  });
}
