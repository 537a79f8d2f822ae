import {
  closeCodes,
  type CloseReason,
  type Message,
  type MessageEvent,
  type PresenceEvent,
  type TypingEvent,
  type UserId,
} from '@whisper/shared';
import type { LegacyMessage } from '@whisper/shared/legacy';
import { createBoundedCache } from '../../platform/bounded-cache.ts';
import { randomUUID } from 'node:crypto';
import { publicAddressOf } from '../../http/public-address.ts';
import { toAppError } from '../../platform/errors.ts';
import type { Connection } from '../../delivery/connections.ts';
import type { Holder } from '../../delivery/held-bytes.ts';
import { isFeed, type Feed, type FeedItem } from '@whisper/trpc-socket/feed';
import type { Procedures } from '../../router.ts';
import type { LegacyDeps } from '../deps.ts';
import type { Identity } from '../../identity/viewer.ts';
import { toLegacyMessage } from '../legacy-view.ts';
import type { AdmittedSocket } from './admit-socket.ts';
import type { Delivered } from './delivered.ts';
import { takesOffsets } from './takes-offsets.ts';
import { Unread } from './unread.ts';
import type { Held } from './sessions.ts';

type Parts = {
  readonly socket: AdmittedSocket;
  readonly identity: Identity;
  readonly delivered: Delivered;
};

/** Names of messages under way, by the `clientId` they were given. */
const tempIdsMax = 1_000;

/** One admitted socket: what it is sent, and its place among the person's connections. */
export class LegacySocket implements Connection, Held, Holder {
  readonly id = randomUUID();
  readonly userId;
  readonly sessionId;
  readonly isHidden;
  /** An old app says nothing of that. */
  readonly isForeground = false;
  readonly delivered: Delivered;
  /** The procedures, called as this person on this connection. */
  readonly api: Procedures;
  readonly tempIds = createBoundedCache<string, string>(tempIdsMax);
  readonly #deps: LegacyDeps;
  readonly #socket: AdmittedSocket;
  readonly #unread: Unread;
  readonly #stops: (() => void)[] = [];
  readonly #takesOffsets: boolean;
  #isLeft = false;

  constructor(deps: LegacyDeps, { socket, identity, delivered }: Parts) {
    this.userId = identity.viewer.id;
    this.sessionId = identity.sessionId;
    this.isHidden = identity.viewer.isHidden;
    this.delivered = delivered;
    this.#deps = deps;
    this.#socket = socket;
    this.#takesOffsets = takesOffsets(socket.handshake);
    this.#unread = new Unread(socket.conn, {
      clock: deps.clock,
      onStalled: () => this.close('slowReader'),
    });
    const callingSocket = { id: this.id, refresh: () => undefined, setForeground: () => undefined };
    const { admission } = deps;
    this.api = deps.createCaller({
      identity,
      refusal: null,
      socket: callingSocket,
      answer: null,
      admission,
      // What this client sends is handled one after the other.
      isRefusedLate: false,
    });
    this.#stops.push(deps.held.add(this.userId, this));
  }

  /** Starts to deliver, from `lastEventId` on. Resolves when the client was told who is online. */
  async open(lastEventId: string | undefined): Promise<void> {
    try {
      const [messages, presence, typing] = await Promise.all([
        this.api.message.onEvent({ lastEventId }),
        this.api.presence.onChange({ listed: true }),
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
    this.#deps.connections.remove(this);
  }

  release(): void {
    this.leave();
    this.#socket.conn.close(true);
  }

  get heldBytes(): number {
    return this.#unread.bytes;
  }

  /** The client reconnects by itself when the transport closes, and does not when the server says goodbye. */
  close(reason: CloseReason): void {
    if (closeCodes[reason].shouldReconnect) this.#socket.conn.close(true);
    else this.#socket.disconnect(true);
  }

  move(): void {
    this.#socket.conn.close();
  }

  notifyDraining(): void {
    // The old clients know no such event: they reconnect when the transport closes.
  }

  #follow<E>(subscription: AsyncIterable<unknown>, show: (item: FeedItem<E>) => void): void {
    if (this.#isLeft) return;
    const unread = this.#unread;
    const stop = feedOf<E>(subscription).open({
      push(item) {
        show(item);
        return !unread.isFull;
      },
      ready: () => unread.ready(),
      end: () => undefined,
      fail: (error) => this.#fail(error),
    });
    this.#stops.push(stop);
  }

  /** Nothing is lost: the client reconnects and goes on where it was. */
  #fail(error: unknown): void {
    const { code, cause } = toAppError(error);
    if (code === 'INTERNAL_SERVER_ERROR') this.#deps.log.error({ err: cause }, 'a feed failed');
    this.#socket.conn.close(true);
  }

  #showMessage({ data, id = '' }: FeedItem<MessageEvent>): void {
    switch (data.type) {
      case 'created':
        return this.#showNew(data.message, id);
      // The old wire has no event for it; who asks again gets the message as it is.
      case 'updated':
        if (this.delivered.isOwed(data.message)) this.#showNew(data.message, id);
        return;
      case 'synced':
      case 'reset':
        return this.delivered.markComplete(id);
    }
    data satisfies never;
  }

  #showNew(message: Message, id: string): void {
    const offset = this.delivered.add(message, id);
    if (offset === undefined) return;
    const tempId = this.tempIds.get(message.clientId);
    this.tempIds.delete(message.clientId);
    this.#socket.emit(
      'new-message',
      { ...this.show(message), ...(tempId !== undefined && { tempId }) },
      ...this.#tell(offset),
    );
  }

  /** A message as this client knows it. */
  show(message: Message): LegacyMessage {
    const address = publicAddressOf(this.#deps.env, this.#socket.request);
    return toLegacyMessage(message, (attachment) => `${address}${this.#deps.lastingLinkOf(attachment)}`);
  }

  #tell(offset: string): [string?] {
    return this.#takesOffsets ? [offset] : [];
  }

  /** The person comes online after the list was made: on their first device it does not name them. */
  #showPresence(event: PresenceEvent, onListed: () => void): void {
    switch (event.type) {
      case 'list':
        this.#socket.emit('online-users', { userIds: event.userIds }, ...this.#tell(this.delivered.offset));
        if (!this.#isLeft && !this.#deps.connections.add(this)) this.close('tooManySockets');
        return onListed();
      case 'online':
        return this.#showComing('user-online', event.userId);
      case 'offline':
        return this.#showComing('user-offline', event.userId);
    }
    event satisfies never;
  }

  #showComing(name: 'user-online' | 'user-offline', userId: UserId): void {
    if (userId !== this.userId) this.#socket.emit(name, { userId });
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
