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
import { DraftKeeper } from './draft-keeper.ts';
import type { OutboxStorage, StoredDraft } from './outbox-storage.ts';

/** Chats in which a message is under way at once. */
const lanesMax = 16;

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
  #keeper: DraftKeeper | undefined;
  #isStarted = false;
  #lastQueuedAt = 0;
  /** The server refused a message that it was sent among others: until all are sent, each goes alone. */
  #isCareful = false;
  readonly #busy = new Set<ChatId>();
  /** Written by this process before the storage said what it holds, which may be this too, sent or not. */
  #made: Set<ClientId> | undefined = new Set();
  readonly #unkept = new Set<ClientId>();
  readonly #sent = new Set<ClientId>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** In the order of sending. */
  get drafts(): readonly StoredDraft[] {
    return this.#drafts;
  }

  /**
   * Begins to send, also what an earlier process of this person left. What is queued before this call is kept from
   * now on: drafts are stored by person, so that nobody sends another's. A storage in trouble is not waited for;
   * what it holds is sent when it can be read, and no longer before what was written meanwhile.
   */
  async start(userId: UserId): Promise<void> {
    const { connection, storage } = this.#options;
    const keeper = new DraftKeeper({
      connection,
      storage,
      userId,
      onFound: (drafts) => this.#takeUp(drafts),
    });
    this.#keeper = keeper;
    await Promise.all([keeper.open(), ...this.#drafts.map((draft) => keeper.put(draft))]);
    this.#isStarted = true;
    this.#sendNext();
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
    if (!this.#drafts.find((draft) => draft.clientId === clientId)?.failure) return;
    this.#forget(clientId);
    void this.#keeper?.remove(clientId);
  }

  close(): void {
    this.#keeper?.close();
  }

  #takeUp(stored: readonly StoredDraft[]): void {
    const found = stored.filter(({ clientId }) => !this.#made?.has(clientId));
    this.#made = undefined;
    this.#lastQueuedAt = stored.reduce((last, { queuedAt }) => Math.max(last, queuedAt), this.#lastQueuedAt);
    this.#set([...this.#drafts, ...found.map(toUnrefused)]);
    this.#sendNext();
  }

  #put(draft: StoredDraft): void {
    this.#made?.add(draft.clientId);
    this.#unkept.add(draft.clientId);
    this.#set([...this.#drafts.filter(({ clientId }) => clientId !== draft.clientId), draft]);
    void this.#keep(draft);
  }

  /** A draft leaves the device only when it would outlive this process, unless the storage is in trouble. */
  async #keep(draft: StoredDraft): Promise<void> {
    await this.#keeper?.put(draft);
    this.#unkept.delete(draft.clientId);
    this.#sendNext();
  }

  #forget(clientId: ClientId): void {
    this.#set(this.#drafts.filter((draft) => draft.clientId !== clientId));
  }

  /** Sends the oldest drafts of a few chats, one of each at a time, which keeps their order. */
  #sendNext(): void {
    if (!this.#isStarted || this.#options.connection.signal.aborted) return;
    while (this.#busy.size < (this.#isCareful ? 1 : lanesMax)) {
      const draft = this.#next();
      if (!draft) break;
      this.#busy.add(draft.chatId);
      void this.#send(draft).then(() => {
        this.#busy.delete(draft.chatId);
        this.#sendNext();
      });
    }
    if (this.#busy.size === 0) this.#isCareful = false;
  }

  #next(): StoredDraft | undefined {
    const passed = new Set(this.#busy);
    for (const draft of this.#drafts) {
      if (draft.failure || this.#sent.has(draft.clientId) || passed.has(draft.chatId)) continue;
      if (!this.#unkept.has(draft.clientId)) return draft;
      passed.add(draft.chatId);
    }
    return undefined;
  }

  /** Never rejects. */
  async #send(draft: StoredDraft): Promise<void> {
    const { connection } = this.#options;
    const { chatId, text, clientId } = draft;
    const isAlone = this.#isCareful;
    try {
      const message = await callWithRetries(connection, () =>
        connection.api.message.send.mutate({ chatId, text, clientId }),
      );
      this.#finish(clientId, message);
    } catch (error) {
      // Closed before the answer came. The draft is still stored, and the next process sends it.
      if (connection.signal.aborted) return;
      const { code, message } = toFailure(error);
      // What was refused among others may be all of them together. Only alone it is surely this message.
      if (code === 'BAD_REQUEST' && !isAlone) this.#isCareful = true;
      else this.#fail({ ...draft, failure: { code, message } });
    }
  }

  #fail(failed: StoredDraft): void {
    this.#set(this.#drafts.map((draft) => (draft.clientId === failed.clientId ? failed : draft)));
    void this.#keeper?.put(failed);
  }

  #finish(clientId: ClientId, message: Message): void {
    this.#sent.add(clientId);
    void this.#keeper?.remove(clientId);
    void this.#options.onSent(message).then(() => {
      this.#forget(clientId);
      this.#sent.delete(clientId);
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

/** Versions up to 0.1.0 took the refusal of a bundle for the refusal of each message in it: it is sent once more. */
function toUnrefused({ failure, ...draft }: StoredDraft): StoredDraft {
  return failure && failure.code !== 'BAD_REQUEST' ? { ...draft, failure } : draft;
}
