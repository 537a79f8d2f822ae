import {
  closeCodes,
  type CloseReason,
  type MessageEvent,
  type PresenceEvent,
  type TypingEvent,
} from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import type { AppContext } from '../../app-context.ts';
import { BoundedMap } from '../../platform/bounded-map.ts';
import { toAppError } from '../../platform/errors.ts';
import type { Connection } from '../../realtime/connections.ts';
import { isFeed, type Feed, type FeedItem } from '../../realtime/feed.ts';
import { createCaller } from '../../router.ts';
import type { Identity } from '../../trpc/request-context.ts';
import { toLegacyMessage } from '../legacy-view.ts';
import type { CompatSocket } from './admit-socket.ts';
import type { Delivered } from './delivered.ts';
import { Outgoing } from './outgoing.ts';
import type { Held } from './sessions.ts';

type Parts = {
  readonly socket: CompatSocket;
  readonly identity: Identity;
  readonly delivered: Delivered;
};

/** Names of messages under way, by the `clientId` they were given. */
const tempIdsMax = 1_000;

/** One admitted socket: what it is sent, and its place among the person's connections. */
export class LegacySocket implements Connection, Held {
  readonly id = randomUUID();
  readonly userId;
  readonly sessionId;
  readonly delivered: Delivered;
  /** The procedures, called as this person on this connection. */
  readonly api: ReturnType<typeof createCaller>;
  readonly tempIds = new BoundedMap<string, string>(tempIdsMax);
  readonly #app: AppContext;
  readonly #socket: CompatSocket;
  readonly #outgoing: Outgoing;
  readonly #stops: (() => void)[] = [];
  #isLeft = false;

  constructor(app: AppContext, { socket, identity, delivered }: Parts) {
    this.userId = identity.viewer.id;
    this.sessionId = identity.sessionId;
    this.delivered = delivered;
    this.#app = app;
    this.#socket = socket;
    this.#outgoing = new Outgoing(socket.conn, {
      clock: app.clock,
      onStalled: () => this.close('slowReader'),
    });
    const callingSocket = { id: this.id, refresh: () => undefined };
    this.api = createCaller({ app, identity, refusal: null, socket: callingSocket });
  }

  /** Starts to deliver, from `lastEventId` on. Resolves when the client was told who is online. */
  async open(lastEventId: string | undefined): Promise<void> {
    try {
      const [messages, presence, typing] = await Promise.all([
        this.api.message.onEvent({ lastEventId }),
        this.api.presence.onChange(),
        this.api.typing.onChange({}),
      ]);
      this.#follow<MessageEvent>(messages, (item) => this.#showMessage(item));
      await new Promise<void>((resolve) => {
        this.#follow<PresenceEvent>(presence, ({ data }) => this.#showPresence(data, resolve));
        this.#stops.push(resolve);
      });
      this.#follow<TypingEvent>(typing, ({ data }) => this.#showTyping(data));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** The connection is gone. Leaving twice is harmless. */
  leave(): void {
    this.#isLeft = true;
    for (const stop of this.#stops.splice(0)) stop();
    this.#app.connections.remove(this);
  }

  release(): void {
    this.leave();
    this.#socket.conn.close(true);
  }

  /** The client reconnects by itself when the transport closes, and does not when the server says goodbye. */
  close(reason: CloseReason): void {
    if (closeCodes[reason].shouldReconnect) this.#socket.conn.close(true);
    else this.#socket.disconnect(true);
  }

  notifyDraining(): void {
    // The old clients know no such event: they reconnect when the transport closes.
  }

  #follow<E>(subscription: AsyncIterable<unknown>, show: (item: FeedItem<E>) => void): void {
    if (this.#isLeft) return;
    const outgoing = this.#outgoing;
    const stop = feedOf<E>(subscription).open({
      push(item) {
        show(item);
        return !outgoing.isFull;
      },
      ready: () => outgoing.ready(),
      end: () => undefined,
      fail: (error) => this.#fail(error),
    });
    this.#stops.push(stop);
  }

  /** Nothing is lost: the client reconnects and goes on where it was. */
  #fail(error: unknown): void {
    const { code, cause } = toAppError(error);
    if (code === 'INTERNAL_SERVER_ERROR') this.#app.log.error({ err: cause }, 'a feed failed');
    this.#socket.conn.close(true);
  }

  #showMessage({ data, id = '' }: FeedItem<MessageEvent>): void {
    if (data.type !== 'created') return this.delivered.markComplete(id);
    const { message } = data;
    const offset = this.delivered.add(message, id);
    if (offset === undefined) return;
    const tempId = this.tempIds.get(message.clientId);
    this.tempIds.delete(message.clientId);
    this.#socket.emit(
      'new-message',
      { ...toLegacyMessage(message), ...(tempId !== undefined && { tempId }) },
      offset,
    );
  }

  /** The person comes online after the list was made: on their first device it does not name them. */
  #showPresence(event: PresenceEvent, onListed: () => void): void {
    if (event.type === 'list') {
      this.#socket.emit('online-users', { userIds: event.userIds }, this.delivered.offset);
      if (!this.#isLeft && !this.#app.connections.add(this)) this.close('tooManySockets');
      return onListed();
    }
    const name = event.type === 'online' ? 'user-online' : 'user-offline';
    if (event.userId !== this.userId) this.#socket.emit(name, { userId: event.userId });
  }

  #showTyping({ userId, chatId, isTyping }: TypingEvent): void {
    this.#socket.emit('typing', { userId, chatId, isTyping });
  }
}

/** The caller types a subscription by what iterating it yields; it is the feed that the procedure returned. */
function feedOf<E>(subscription: AsyncIterable<unknown>): Feed<E, unknown> {
  if (!isFeed(subscription)) throw new TypeError('A subscription is not a feed');
  return subscription as Feed<E, unknown>;
}
