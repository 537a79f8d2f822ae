import { createServer } from 'node:http';
import {
  MessageEventSchema,
  PresenceEventSchema,
  TypingEventSchema,
  type MessageEvent,
  type PresenceEvent,
} from '@whisper/shared';
import type { Broker, Topic } from '../../src/delivery/broker.ts';
import { createEphemeralFeed, createTrackedFeed } from '../../src/delivery/resume.ts';
import type { FeedItem } from '@whisper/trpc-socket/feed';
import type { Admission, FeedSource } from '../../src/delivery/resume.ts';
import { topics } from '../../src/delivery/topics.ts';
import { feedOf, procedure, router, trackedFeedOf } from '../../src/trpc.ts';
import { createTrpcSockets } from '../../src/wires/trpc/sockets.ts';
import { createApp, meta } from './app.ts';
import { listen, type Contender } from '../contender.ts';
import { makeEvent } from './events.ts';

const messages = topics.messagesOfChat(makeEvent(1).chatId);
const pageSize = 100;

/** Whisper's socket server and feeds, over a log in memory instead of a database. */
export async function startWhisper(): Promise<Contender> {
  const http = createServer();
  const app = createApp();
  const log: FeedItem<MessageEvent>[] = [];
  const sockets = createTrpcSockets(app, createRouter(app.broker, log));
  http.on('upgrade', (request, stream, head) => sockets.handleUpgrade(request, stream, head));
  return {
    port: await listen(http),
    wire: 'trpc',
    publish(events) {
      for (const event of events) {
        const item = { data: event, id: String(log.length + 1) };
        log.push(item);
        app.broker.publish(messages, item);
      }
    },
  };
}

/** The same work as with Socket.IO: everybody hears of everybody. */
const presenceOfAll: Topic<PresenceEvent> = { name: 'presence' };

function createRouter(broker: Broker, log: readonly FeedItem<MessageEvent>[]) {
  return router({
    onMessage: procedure
      .meta(meta)
      .output(trackedFeedOf(MessageEventSchema))
      .subscription(() => createTrackedFeed(() => new LogSource(broker, log))),
    onTyping: procedure
      .meta(meta)
      .output(feedOf(TypingEventSchema))
      .subscription(({ ctx }) =>
        createEphemeralFeed(() => follow(broker, topics.typingForUser(ctx.viewer.id))),
      ),
    onPresence: procedure
      .meta(meta)
      .output(feedOf(PresenceEventSchema))
      .subscription(() => createEphemeralFeed(() => follow(broker, presenceOfAll))),
  });
}

function follow<E>(broker: Broker, topic: Topic<E>): FeedSource<E> {
  return {
    subscribe: (listener) => broker.subscribe(topic, (data) => listener({ data })),
    async *catchUp() {},
    admit: () => 'send',
  };
}

/** What a chat's source does, with the log in memory. */
class LogSource implements FeedSource<MessageEvent> {
  readonly #broker: Broker;
  readonly #log: readonly FeedItem<MessageEvent>[];
  #seen: number;

  constructor(broker: Broker, log: readonly FeedItem<MessageEvent>[]) {
    this.#broker = broker;
    this.#log = log;
    this.#seen = log.length;
  }

  subscribe(listener: (item: FeedItem<MessageEvent>) => void): Promise<() => void> {
    return this.#broker.subscribe(messages, listener);
  }

  async *catchUp(): AsyncGenerator<readonly FeedItem<MessageEvent>[]> {
    while (this.#seen < this.#log.length) {
      const page = this.#log.slice(this.#seen, this.#seen + pageSize);
      this.#seen += page.length;
      yield page;
    }
  }

  admit({ data }: FeedItem<MessageEvent>): Admission {
    if (data.type !== 'created' || data.rev <= this.#seen) return 'skip';
    if (data.rev > this.#seen + 1) return 'gap';
    this.#seen = data.rev;
    return 'send';
  }
}
