import {
  DeleteMessageInputSchema,
  EditMessageInputSchema,
  ForwardMessageInputSchema,
  FoundPageSchema,
  ListChangesInputSchema,
  ListEditsInputSchema,
  ListMessagesInputSchema,
  MessageChangesSchema,
  MessageCreatedSchema,
  MessageEditsSchema,
  MessageEventSchema,
  MessagePageSchema,
  MessageSchema,
  MessageTraceSchema,
  PinInputSchema,
  ReactInputSchema,
  SearchMessagesInputSchema,
  SendMessageInputSchema,
  TraceInputSchema,
  WatchMessagesInputSchema,
} from '@whisper/shared';
import { procedure, router, trackedFeedOf } from '../trpc.ts';
import { deleteMessage } from './delete-message.ts';
import type { MessagesDeps } from './deps.ts';
import { editMessage } from './edit-message.ts';
import { forwardMessage } from './forward-message.ts';
import { listChanges } from './list-changes.ts';
import { listEdits } from './list-edits.ts';
import { listMessages } from './list-messages.ts';
import { pinMessage } from './pin-message.ts';
import { react } from './react.ts';
import { searchMessages } from './search/search-messages.ts';
import { sendMessage } from './send-message.ts';
import { traceMessage } from './trace-message.ts';
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

    search: procedure
      .meta({
        docs: 'Messages of my chats that hold some words, the newest first.',
        cost: { budget: 'reads', points: 20 },
      })
      .input(SearchMessagesInputSchema)
      .output(FoundPageSchema)
      .query(({ ctx, input }) => searchMessages(deps, ctx.viewer.id, input)),

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

    edit: procedure
      .meta({
        docs: 'Changes the text of my message; what it was before stays to be seen in its edits.',
        cost: { budget: 'message.send', points: 1 },
      })
      .input(EditMessageInputSchema)
      .output(MessageSchema)
      .mutation(({ ctx, input }) => editMessage(deps, ctx.viewer.id, input)),

    delete: procedure
      .meta({
        docs: 'Erases my message for everyone; its place stays.',
        cost: { budget: 'message.send', points: 1 },
      })
      .input(DeleteMessageInputSchema)
      .output(MessageSchema)
      .mutation(({ ctx, input }) => deleteMessage(deps, ctx.viewer.id, input)),

    react: procedure
      .meta({
        docs: 'Says whether I react to a message with an emoji. Safe to repeat.',
        cost: { budget: 'message.send', points: 1 },
      })
      .input(ReactInputSchema)
      .output(MessageSchema)
      .mutation(({ ctx, input }) => react(deps, ctx.viewer.id, input)),

    pin: procedure
      .meta({
        docs: 'Pins a message for everyone in the chat, or lets it go. Safe to repeat.',
        cost: { budget: 'message.send', points: 1 },
      })
      .input(PinInputSchema)
      .output(MessageSchema)
      .mutation(({ ctx, input }) => pinMessage(deps, ctx.viewer.id, input)),

    forward: procedure
      .meta({
        docs: 'Sends a message I can read to another of my chats. Safe to repeat with the same clientId.',
        cost: { budget: 'message.send', points: 1 },
      })
      .input(ForwardMessageInputSchema)
      .output(MessageSchema)
      .mutation(({ ctx, input }) => forwardMessage(deps, ctx.viewer, input)),

    edits: procedure
      .meta({
        docs: 'The earlier texts of a message, oldest first.',
        cost: { budget: 'reads', points: 1 },
      })
      .input(ListEditsInputSchema)
      .output(MessageEditsSchema)
      .query(({ ctx, input }) => listEdits(deps, ctx.viewer.id, input.messageId)),

    trace: procedure
      .meta({
        docs: 'What became of a message of mine: stored, announced, delivered to whom and read, or why not.',
        cost: { budget: 'reads', points: 5 },
      })
      .input(TraceInputSchema)
      .output(MessageTraceSchema)
      .query(({ ctx, input }) => traceMessage(deps, ctx.identity, input.messageId)),

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
