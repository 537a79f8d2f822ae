import { ClientIdSchema, type ClientId, type Message, type UserId } from '@whisper/shared';
import type { Connection } from '../connection/connection.ts';
import { toFailure } from '../connection/failure.ts';
import { callWithRetries } from '../connection/retries.ts';
import { carryOut } from './carry-out.ts';
import type { Uploads } from '../files/uploads.ts';
import { createUuid } from './create-uuid.ts';
import { EntryKeeper } from './entry-keeper.ts';
import {
  filesOf,
  isAlike,
  isDraft,
  toTarget,
  touchedBy,
  type NewEntry,
  type StoredChange,
  type StoredDraft,
  type StoredEntry,
} from './entry.ts';
import type { DeviceStorage } from '../storage/device-storage.ts';
import { EntryShelf } from './entry-shelf.ts';
import { toUnrefused, withKind } from './stored-entry.ts';

/** Entries that are under way at once, each of another chat. */
const lanesMax = 16;

type OutboxOptions = {
  readonly connection: Connection;
  readonly storage: DeviceStorage;
  /** What messages wait for: one whose files are not there yet is overtaken. */
  readonly uploads: Uploads;
  readonly onChange: () => void;
  /** The server has it; the entry stays visible until this resolves. Must not reject. */
  readonly onSent: (message: Message, entry: StoredEntry) => Promise<void>;
};

/**
 * Messages and changes on their way out: strictly in order per chat and per message. A message has one `clientId`
 * for ever and a change says how things shall be, so that sending again after a lost answer, a dead socket or a
 * restart of this process never does a thing twice.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #entries: readonly StoredEntry[] = [];
  #keeper: EntryKeeper | undefined;
  #opening: Promise<void> | undefined;
  #isStarted = false;
  #lastQueuedAt = 0;
  /** The server refused an entry that it was sent among others: until all are sent, each goes alone. */
  #isCareful = false;
  readonly #busy = new Map<ClientId, StoredEntry>();
  /** Written by this process before the storage said what it holds, which may be this too, sent or not. */
  #made: Set<ClientId> | undefined = new Set();
  readonly #unkept = new Map<ClientId, StoredEntry>();
  readonly #sent = new Set<ClientId>();
  /** The server may have these, in the words of the first attempt. */
  readonly #attempted = new Set<ClientId>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** In the order of sending. */
  get entries(): readonly StoredEntry[] {
    return this.#entries;
  }

  /**
   * Begins to send, also what an earlier process of this person left. A storage in trouble is not waited for;
   * what it holds is sent when it can be read, and no longer before what was written meanwhile.
   */
  async start(userId: UserId): Promise<void> {
    await this.open(userId);
    this.#isStarted = true;
    this.#sendNext();
  }

  /**
   * Shows what an earlier process of this person left. What is queued before this call is kept from now on: entries
   * are stored by person, so that nobody sends another's.
   */
  async open(userId: UserId): Promise<void> {
    await (this.#opening ??= this.#open(userId));
  }

  /** Lets go of a person's entries, which stay in the storage. */
  clear(): void {
    this.#keeper?.close();
    this.#keeper = undefined;
    this.#opening = undefined;
    this.#made = new Set();
    this.#unkept.clear();
    this.#set([]);
  }

  async #open(userId: UserId): Promise<void> {
    const { connection, storage } = this.#options;
    const keeper = new EntryKeeper({
      connection,
      shelf: new EntryShelf(storage, userId),
      onFound: (entries) => {
        if (this.#keeper === keeper) this.#takeUp(entries);
      },
    });
    this.#keeper = keeper;
    await Promise.all([keeper.open(), ...this.#entries.map((entry) => keeper.put(entry))]);
  }

  /** Sends what waited for a file. */
  goOn(): void {
    this.#sendNext();
  }

  add(entry: NewEntry<StoredEntry>): ClientId {
    const clientId = ClientIdSchema.parse(createUuid());
    this.#put({ ...entry, clientId, queuedAt: this.#nextPlace() });
    return clientId;
  }

  /** Adds a change; it takes the place of one like it that was refused. */
  change(change: NewEntry<StoredChange>): void {
    for (const each of this.#entries) {
      if (each.failure && !isDraft(each) && isAlike(each, change)) this.discard(each.clientId);
    }
    this.add(change);
  }

  /** Gives a draft another text: in it while the server cannot have it, and by a change behind it otherwise. */
  editDraft(draft: StoredDraft, text: string): void {
    if (draft.kind === 'send' && this.#isHereAlone(draft)) this.#put({ ...draft, text });
    else this.change({ kind: 'edit', text, ...toTarget(draft) });
  }

  /** Takes a draft back, by a deletion behind it when the server may have it. */
  removeDraft(draft: StoredDraft): void {
    if (this.#isHereAlone(draft)) this.#drop(draft.clientId);
    else this.change({ kind: 'delete', ...toTarget(draft) });
  }

  /** Sends a refused entry again, after what was queued since. */
  retry(clientId: ClientId): void {
    const entry = this.#find(clientId);
    if (!entry?.failure) return;
    this.#options.uploads.retry(filesOf(entry));
    const { failure: _, ...again } = entry;
    this.#put({ ...again, queuedAt: this.#nextPlace() });
  }

  /** Forgets a refused entry. One that is being sent cannot be taken back. */
  discard(clientId: ClientId): void {
    if (this.#find(clientId)?.failure) this.#drop(clientId);
  }

  close(): void {
    this.#keeper?.close();
  }

  #find(clientId: ClientId): StoredEntry | undefined {
    return this.#entries.find((entry) => entry.clientId === clientId);
  }

  #isHereAlone({ clientId, failure }: StoredDraft): boolean {
    return failure !== undefined || !this.#attempted.has(clientId);
  }

  #takeUp(stored: readonly StoredEntry[]): void {
    const found = stored.map(withKind).filter(({ clientId }) => !this.#made?.has(clientId));
    this.#made = undefined;
    this.#lastQueuedAt = stored.reduce((last, { queuedAt }) => Math.max(last, queuedAt), this.#lastQueuedAt);
    for (const { clientId } of found) this.#attempted.add(clientId);
    this.#set([...this.#entries, ...found.map(toUnrefused)]);
    this.#options.uploads.takeUp(found.flatMap(filesOf));
    this.#sendNext();
  }

  #put(entry: StoredEntry): void {
    this.#made?.add(entry.clientId);
    this.#unkept.set(entry.clientId, entry);
    this.#set([...this.#entries.filter(({ clientId }) => clientId !== entry.clientId), entry]);
    void this.#keep(entry);
  }

  /** An entry leaves the device only when it would outlive this process, unless the storage is in trouble. */
  async #keep(entry: StoredEntry): Promise<void> {
    await this.#keeper?.put(entry);
    if (this.#unkept.get(entry.clientId) === entry) this.#unkept.delete(entry.clientId);
    this.#sendNext();
  }

  #drop(clientId: ClientId): void {
    const entry = this.#find(clientId);
    if (entry) this.#options.uploads.remove(filesOf(entry));
    this.#forget(clientId);
    this.#unkept.delete(clientId);
    void this.#keeper?.remove(clientId);
  }

  #forget(clientId: ClientId): void {
    this.#set(this.#entries.filter((entry) => entry.clientId !== clientId));
  }

  /** Sends the oldest entries of a few chats, one of each at a time, which keeps their order. */
  #sendNext(): void {
    if (!this.#isStarted || this.#options.connection.signal.aborted) return;
    while (this.#busy.size < (this.#isCareful ? 1 : lanesMax)) {
      const entry = this.#next();
      if (!entry) break;
      this.#busy.set(entry.clientId, entry);
      void this.#send(entry).then(() => {
        this.#busy.delete(entry.clientId);
        this.#sendNext();
      });
    }
    if (this.#busy.size === 0) this.#isCareful = false;
  }

  #next(): StoredEntry | undefined {
    const passed = new Set([...this.#busy.values()].flatMap(touchedBy));
    for (const entry of this.#entries) {
      if (entry.failure || this.#sent.has(entry.clientId) || this.#waitsForFiles(entry)) continue;
      const touched = touchedBy(entry);
      const isFree = !touched.some((id) => passed.has(id));
      if (isFree && !this.#unkept.has(entry.clientId)) return entry;
      for (const id of touched) passed.add(id);
    }
    return undefined;
  }

  /** Itself, or the message that it changes. */
  #waitsForFiles(entry: StoredEntry): boolean {
    const draft = isDraft(entry) ? entry : entry.draftId && this.#find(entry.draftId);
    return draft ? !this.#options.uploads.areSettled(filesOf(draft)) : false;
  }

  /** Never rejects. */
  async #send(entry: StoredEntry): Promise<void> {
    const { connection, uploads } = this.#options;
    const isAlone = this.#isCareful;
    this.#attempted.add(entry.clientId);
    try {
      const message = await callWithRetries(connection, async () =>
        (await this.#isDone(entry)) ? null : carryOut(connection.api, entry, uploads.idsOf(filesOf(entry))),
      );
      if (message) this.#finish(entry, message);
      else this.#forget(entry.clientId);
    } catch (error) {
      // Closed before the answer came. The entry is still stored, and the next process sends it.
      if (connection.signal.aborted) return;
      const { code, message } = toFailure(error);
      // What was refused among others may be all of them together. Only alone it is surely this one.
      if (code === 'BAD_REQUEST' && !isAlone) this.#isCareful = true;
      else this.#fail({ ...entry, failure: { code, message } });
    }
  }

  /** By another tab. A change that is made again would undo what was done since; a message is one, whoever sends it. */
  async #isDone(entry: StoredEntry): Promise<boolean> {
    return !isDraft(entry) && (await this.#keeper?.has(entry.clientId)) === false;
  }

  #fail(failed: StoredEntry): void {
    const waiting = this.#waitingFor(failed.clientId);
    for (const { clientId } of waiting) this.#drop(clientId);
    if (waiting.some(({ kind }) => kind === 'delete')) return this.#drop(failed.clientId);
    const text = waiting.findLast((change) => change.kind === 'edit')?.text;
    const kept = failed.kind === 'send' && text !== undefined ? { ...failed, text } : failed;
    this.#set(this.#entries.map((entry) => (entry.clientId === kept.clientId ? kept : entry)));
    void this.#keeper?.put(kept);
  }

  #finish(entry: StoredEntry, message: Message): void {
    const { clientId } = entry;
    const { id: messageId, seq } = message;
    this.#sent.add(clientId);
    for (const change of this.#waitingFor(clientId)) this.#put({ ...change, messageId, seq });
    void this.#keeper?.remove(clientId);
    void this.#options.onSent(message, entry).then(() => {
      this.#options.uploads.remove(filesOf(entry));
      this.#forget(clientId);
      this.#sent.delete(clientId);
    });
  }

  /** The changes of a draft that were made while it was under way. */
  #waitingFor(draftId: ClientId): StoredChange[] {
    return this.#entries
      .filter((entry) => !isDraft(entry))
      .filter((change) => change.messageId === null && change.draftId === draftId);
  }

  #set(entries: readonly StoredEntry[]): void {
    this.#entries = [...entries].sort((a, b) => a.queuedAt - b.queuedAt);
    this.#options.onChange();
  }

  #nextPlace(): number {
    this.#lastQueuedAt = Math.max(Date.now(), this.#lastQueuedAt + 1);
    return this.#lastQueuedAt;
  }
}
