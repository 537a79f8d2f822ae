import {
  ChatEventSchema,
  ChatPageSchema,
  ChatSchema,
  DirectChatSchema,
  ExplainUnreadInputSchema,
  GetChatInputSchema,
  ListChatsInputSchema,
  ListReadersInputSchema,
  MarkDeliveredInputSchema,
  MarkDeliveredOutputSchema,
  MarkReadInputSchema,
  MarkUnreadInputSchema,
  OpenDirectInputSchema,
  ReadersSchema,
  SetMineInputSchema,
  UnreadExplainedSchema,
  UnreadSchema,
  WatchChatsInputSchema,
} from '@whisper/shared';
import { procedure, router, trackedFeedOf } from '../trpc.ts';
import type { ChatsDeps } from './deps.ts';
import { explainUnread } from './explain-unread.ts';
import { getChat } from './get-chat.ts';
import { groupProcedures } from './groups.router.ts';
import { listChats } from './list-chats.ts';
import { listReaders } from './list-readers.ts';
import { markDelivered, markRead } from './mark-read.ts';
import { openDirect } from './open-direct.ts';
import { markUnread, setMine } from './set-mine.ts';
import { watchChats } from './watch-chats.ts';

export function createChatsRouter(deps: ChatsDeps) {
  return router({
    ...groupProcedures(deps),

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

    readers: procedure
      .meta({
        docs: 'Who else has read as far as a place in a chat, and whom it has only reached.',
        cost: { budget: 'reads', points: 2 },
      })
      .input(ListReadersInputSchema)
      .output(ReadersSchema)
      .query(({ ctx, input }) => listReaders(deps, ctx.viewer.id, input)),

    explainUnread: procedure
      .meta({
        docs: 'The messages behind the number of what is unread in a chat.',
        cost: { budget: 'reads', points: 2 },
      })
      .input(ExplainUnreadInputSchema)
      .output(UnreadExplainedSchema)
      .query(({ ctx, input }) => explainUnread(deps, ctx.viewer.id, input.chatId)),

    setMine: procedure
      .meta({
        docs: 'Mutes, pins or archives a chat, for me alone. What is left out stays. Safe to repeat.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(SetMineInputSchema)
      .output(ChatSchema)
      .mutation(({ ctx, input }) => setMine(deps, ctx.viewer.id, input)),

    markUnread: procedure
      .meta({
        docs: 'Lets a chat count as unread from a message on, for me alone.',
        cost: { budget: 'changes', points: 1 },
      })
      .input(MarkUnreadInputSchema)
      .output(UnreadSchema)
      .mutation(({ ctx, input }) => markUnread(deps, ctx.viewer.id, input)),

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
