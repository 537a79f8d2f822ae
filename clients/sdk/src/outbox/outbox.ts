import {
  ClientIdSchema,
  SendMessageInputSchema,
  type ChatId,
  type ClientId,
  type Message,
  type UserId,
} from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { toFailure } from '../connection/failure.ts';
import { callWithRetries } from '../connection/retries.ts';
import { createUuid } from './create-uuid.ts';
import type { OutboxStorage, StoredDraft } from './outbox-storage.ts';

type OutboxOptions = {
  readonly connection: Connection;
  readonly storage: OutboxStorage;
  readonly onChange: () => void;
  /** The server has it; the draft stays visible until this resolves. Must not reject. */
  readonly onSent: (message: Message) => Promise<void>;
};

/**
 * Messages on their way out: strictly in order per chat, each with one `clientId` for ever, so that sending
 * again after a lost answer, a dead socket or a restart of this process never makes a second message.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #drafts: readonly StoredDraft[] = [];
  #userId: UserId | undefined;
  #lastQueuedAt = 0;
  readonly #working = new Set<ChatId>();
  readonly #sent = new Set<ClientId>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** In the order of sending. */
  get drafts(): readonly StoredDraft[] {
    return this.#drafts;
  }

  /**
   * Takes up what an earlier process of this person left, and begins to send. What is queued before this call
   * is kept from now on: drafts are stored by person, so that nobody sends another's.
   */
  async start(userId: UserId): Promise<void> {
    const stored = await this.#options.storage.list(userId);
    const held = new Set(this.#drafts.map(({ clientId }) => clientId));
    const early = this.#drafts;
    this.#userId = userId;
    this.#lastQueuedAt = Math.max(this.#lastQueuedAt, ...stored.map(({ queuedAt }) => queuedAt));
    this.#set([...this.#drafts, ...stored.filter(({ clientId }) => !held.has(clientId))]);
    await Promise.all(early.map((draft) => this.#keep(draft)));
    for (const chatId of new Set(this.#drafts.map((draft) => draft.chatId))) void this.#work(chatId);
  }

  /** Throws a ZodError when the text is empty or too long. */
  add(chatId: ChatId, text: string): ClientId {
    const clientId = ClientIdSchema.parse(createUuid());
    const draft = {
      clientId,
      chatId,
      text: SendMessageInputSchema.shape.text.parse(text),
      queuedAt: this.#nextPlace(),
    };
    this.#put(draft);
    return clientId;
  }

  /** Sends a failed draft again, after what was queued since. */
  retry(clientId: ClientId): void {
    const draft = this.#drafts.find((each) => each.clientId === clientId);
    if (!draft?.failure) return;
    const { failure: _, ...again } = draft;
    this.#put({ ...again, queuedAt: this.#nextPlace() });
  }

  /** Forgets a failed draft. One that is being sent cannot be taken back. */
  discard(clientId: ClientId): void {
    const draft = this.#drafts.find((each) => each.clientId === clientId);
    if (draft?.failure) void this.#forget(draft);
  }

  #put(draft: StoredDraft): void {
    this.#set([...this.#drafts.filter(({ clientId }) => clientId !== draft.clientId), draft]);
    void this.#keep(draft).then(() => this.#work(draft.chatId));
  }

  async #keep(draft: StoredDraft): Promise<void> {
    await this.#write((storage, userId) => storage.put(userId, draft));
  }

  async #unkeep(clientId: ClientId): Promise<void> {
    await this.#write((storage, userId) => storage.remove(userId, clientId));
  }

  /** Never rejects: a draft that cannot be stored is still sent, but would not outlive this process. */
  async #write(change: (storage: OutboxStorage, userId: UserId) => Promise<void> | void): Promise<void> {
    if (!this.#userId) return;
    try {
      await change(this.#options.storage, this.#userId);
    } catch (error) {
      this.#options.connection.onError(error);
    }
  }

  async #forget({ clientId }: StoredDraft): Promise<void> {
    this.#set(this.#drafts.filter((draft) => draft.clientId !== clientId));
    await this.#unkeep(clientId);
  }

  /** Sends a chat's drafts one at a time, which keeps their order. Never rejects. */
  async #work(chatId: ChatId): Promise<void> {
    if (!this.#userId || this.#working.has(chatId)) return;
    this.#working.add(chatId);
    for (let draft = this.#next(chatId); draft; draft = this.#next(chatId)) await this.#send(draft);
    this.#working.delete(chatId);
  }

  #next(chatId: ChatId): StoredDraft | undefined {
    if (this.#options.connection.signal.aborted) return undefined;
    return this.#drafts.find(
      (draft) => draft.chatId === chatId && !draft.failure && !this.#sent.has(draft.clientId),
    );
  }

  async #send(draft: StoredDraft): Promise<void> {
    const { connection } = this.#options;
    const { chatId, text, clientId } = draft;
    try {
      const message = await callWithRetries(connection, () =>
        connection.api.message.send.mutate({ chatId, text, clientId }),
      );
      this.#finish(draft, message);
    } catch (error) {
      // Closed before the answer came. The draft is still stored, and the next process sends it.
      if (connection.signal.aborted) return;
      const { code, message } = toFailure(error);
      const failed = { ...draft, failure: { code, message } };
      this.#set(this.#drafts.map((each) => (each.clientId === clientId ? failed : each)));
      await this.#keep(failed);
    }
  }

  #finish(draft: StoredDraft, message: Message): void {
    this.#sent.add(draft.clientId);
    void this.#unkeep(draft.clientId);
    void this.#options.onSent(message).then(async () => {
      await this.#forget(draft);
      this.#sent.delete(draft.clientId);
    });
  }

  #set(drafts: readonly StoredDraft[]): void {
    this.#drafts = [...drafts].sort((a, b) => a.queuedAt - b.queuedAt);
    this.#options.onChange();
  }

  #nextPlace(): number {
    this.#lastQueuedAt = Math.max(Date.now(), this.#lastQueuedAt + 1);
    return this.#lastQueuedAt;
  }
}
