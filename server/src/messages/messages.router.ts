import {
  ListChangesInputSchema,
  ListMessagesInputSchema,
  MessageChangesSchema,
  MessageCreatedSchema,
  MessageEventSchema,
  MessagePageSchema,
  MessageSchema,
  SendMessageInputSchema,
  WatchMessagesInputSchema,
} from '@whisper/shared';
import { procedure, router, trackedFeedOf } from '../trpc.ts';
import type { MessagesDeps } from './deps.ts';
import { listChanges } from './list-changes.ts';
import { listMessages } from './list-messages.ts';
import { sendMessage } from './send-message.ts';
import { watchMessages, watchNewMessages } from './streams/watch-messages.ts';

export function createMessagesRouter(deps: MessagesDeps) {
  return router({
    list: procedure
      .meta({
        docs: 'A page of a chat’s history, oldest first.',
        cost: { budget: 'reads', points: 2 },
      })
      .input(ListMessagesInputSchema)
      .output(MessagePageSchema)
      .query(({ ctx, input }) => listMessages(deps, ctx.viewer.id, input)),

    changes: procedure
      .meta({
        docs: 'What changed in a chat after a log position: how a client closes a gap.',
        cost: { budget: 'reads', points: 2 },
      })
      .input(ListChangesInputSchema)
      .output(MessageChangesSchema)
      .query(({ ctx, input }) => listChanges(deps, ctx.viewer.id, input)),

    send: procedure
      .meta({
        docs: 'Stores a message and tells the chat. Safe to repeat with the same clientId.',
        cost: { budget: 'message.send', points: 1 },
      })
      .input(SendMessageInputSchema)
      .output(MessageSchema)
      .mutation(({ ctx, input }) => sendMessage(deps, ctx.viewer, input)),

    onEvent: procedure
      .meta({
        docs: 'Everything that happens in one chat, or in all of mine; resumes after lastEventId.',
        cost: { budget: 'subscriptions', points: 1 },
      })
      .input(WatchMessagesInputSchema)
      .output(trackedFeedOf(MessageEventSchema))
      .subscription(({ ctx, input }) => watchMessages(deps, ctx.viewer.id, input)),

    onNew: procedure
      .meta({
        docs: 'New messages of one chat, or of all of mine; resumes after lastEventId.',
        cost: { budget: 'subscriptions', points: 1 },
      })
      .input(WatchMessagesInputSchema)
      .output(trackedFeedOf(MessageCreatedSchema))
      .subscription(({ ctx, input }) => watchNewMessages(deps, ctx.viewer.id, input)),
  });
}
