import type { ChatId, MessageId, UserId } from '@whisper/shared';
import { Types, type Connection, type mongo } from 'mongoose';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { chatModel } from './chat.model.ts';
import { memberModel } from './member.model.ts';

type LastMessage = {
  readonly chatId: ChatId;
  readonly messageId: MessageId;
  readonly senderId: UserId;
  /** Where it says that its sender has read: whoever writes has. */
  readonly mark: 'inChat' | 'inMember' | 'none';
  readonly seq: number;
  readonly sentAt: Date;
};

/** What is to be written of a chat: its newest message, the newest of each sender, and when it last changed. */
type Pending = {
  last: LastMessage | undefined;
  readonly inChat: Map<UserId, number>;
  readonly inMember: Map<UserId, number>;
  changedAt: Date;
};

/** Messages that are written down here wait to be pushed. */
export type Pushing = {
  /** How long after it was sent a message is pushed. */
  readonly delayMs: number;
  /** Called when there may be something to push that long from now. */
  readonly wake: () => void;
};

type Deps = {
  readonly db: Connection;
  readonly clock: Clock;
  readonly log: Logger;
  /** Other processes read what is written here. */
  readonly isShared: boolean;
  /** Absent where nothing is pushed. */
  readonly pushing?: Pushing | undefined;
};

const retryDelayMs = 250;

/**
 * How long an update waits for company where one process serves all: whoever wants to see it there does not wait. What other
 * processes are told sends their clients to read the chat at once, and what these read then is what they show.
 */
const gatherMs = 250;

/**
 * Keeps `chat.lastMessage` up to date behind the sends, which do not wait for it: a burst in one chat becomes
 * one update, and the chats of one moment one command. What a crash takes is made good by `repairChats`.
 */
export class LastMessages {
  readonly #db: Connection;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #pushing: Pushing | undefined;
  readonly #isShared: boolean;
  #pending = new Map<ChatId, Pending>();
  #isWriting = false;
  /** The last attempt failed, and the next has not begun. */
  #isFailing = false;
  #cancelWrite: (() => void) | undefined;
  /** Settles, without rejecting, with the batch that is being written. */
  #batchDone: Promise<void> = Promise.resolve();
  #recordedCount = 0;
  #writtenCount = 0;

  constructor({ db, clock, log, isShared, pushing }: Deps) {
    this.#db = db;
    this.#clock = clock;
    this.#log = log;
    this.#pushing = pushing;
    this.#isShared = isShared;
  }

  record(last: LastMessage): void {
    const mark = new Map([[last.senderId, last.seq]]);
    this.#queue(last.chatId, {
      last,
      inChat: last.mark === 'inChat' ? mark : new Map(),
      inMember: last.mark === 'inMember' ? mark : new Map(),
      changedAt: last.sentAt,
    });
  }

  /** Something changed in the chat's log that is not a new message. */
  touch(chatId: ChatId, changedAt: Date): void {
    this.#queue(chatId, { last: undefined, inChat: new Map(), inMember: new Map(), changedAt });
  }

  /**
   * Says, before anything is stored, that the chat's log may change until then: whoever looks for what changed finds the chat,
   * also when this process dies before it says what did. False when it could not be written for now.
   */
  expectChange(chatId: ChatId, until: Date): Promise<boolean> {
    this.touch(chatId, until);
    return this.settled();
  }

  #queue(chatId: ChatId, pending: Pending): void {
    this.#recordedCount += 1;
    this.#add(chatId, pending);
    this.#writeSoon();
  }

  /** Resolves when everything recorded before this call has been written, or, with false, could not be for now. */
  async settled(): Promise<boolean> {
    const goal = this.#recordedCount;
    while (this.#writtenCount < goal && !this.#isFailing) {
      if (!this.#isWriting) this.#write();
      await this.#batchDone;
    }
    return this.#writtenCount >= goal;
  }

  #add(chatId: ChatId, added: Pending): void {
    const known = this.#pending.get(chatId);
    if (!known) {
      this.#pending.set(chatId, added);
      return;
    }
    if (added.last && (known.last?.seq ?? 0) < added.last.seq) known.last = added.last;
    if (known.changedAt < added.changedAt) known.changedAt = added.changedAt;
    mergeMarks(known.inChat, added.inChat);
    mergeMarks(known.inMember, added.inMember);
  }

  #writeSoon(): void {
    if (!this.#isShared) this.#writeAfter(gatherMs);
    // What comes while something is being written waits for that.
    else if (!this.#isWriting && !this.#cancelWrite) this.#write();
  }

  #writeAfter(delayMs: number): void {
    if (this.#isWriting || this.#cancelWrite) return;
    this.#cancelWrite = this.#clock.after(delayMs, () => this.#write());
  }

  #write(): void {
    this.#cancelWrite?.();
    this.#cancelWrite = undefined;
    this.#isFailing = false;
    this.#isWriting = true;
    this.#batchDone = this.#writeBatch();
  }

  async #writeBatch(): Promise<void> {
    const batch = this.#pending;
    const recordedCount = this.#recordedCount;
    this.#pending = new Map();
    try {
      const marks = [...batch].flatMap(toMemberUpdates);
      // Past the casting of mongoose: what is written here is of the right types, and nothing is written as often.
      await Promise.all([
        chatModel(this.#db).collection.bulkWrite(
          [...batch].flatMap((each) => toUpdates(each, this.#pushing?.delayMs)),
          { ordered: false },
        ),
        marks.length > 0 && memberModel(this.#db).collection.bulkWrite(marks, { ordered: false }),
      ]);
      this.#writtenCount = recordedCount;
      if ([...batch.values()].some(({ last }) => last)) this.#pushing?.wake();
    } catch (error) {
      this.#log.warn({ err: error }, 'could not update the last messages of chats, trying again');
      for (const [chatId, pending] of batch) this.#add(chatId, pending);
      this.#isFailing = true;
    }
    this.#isWriting = false;
    if (this.#pending.size === 0) return;
    if (this.#isFailing) this.#writeAfter(retryDelayMs);
    else this.#writeSoon();
  }
}

/**
 * Guarded by seq, so that an older message never replaces a newer one, whichever node wrote it. The same write says that the
 * message waits to be pushed: whoever makes good what a crash took of the one makes good the other.
 */
function toUpdates(
  [chatId, { last, inChat, changedAt }]: [ChatId, Pending],
  pushDelayMs: number | undefined,
): mongo.AnyBulkWriteOperation[] {
  const _id = new Types.ObjectId(chatId);
  const changed = { updateOne: { filter: { _id }, update: { $max: { changedAt } } } };
  if (!last) return [changed];
  const marks = [...inChat].map(([userId, seq]) => [`sentSeqs.${userId}`, seq] as const);
  const isLater = changedAt > last.sentAt;
  const sent = {
    updateOne: {
      filter: { _id, lastSeq: { $lt: last.seq } },
      update: {
        $set: {
          lastMessage: new Types.ObjectId(last.messageId),
          lastMessageAt: last.sentAt,
          lastSeq: last.seq,
        },
        $max: { ...Object.fromEntries(marks), changedAt },
        ...(pushDelayMs !== undefined && {
          $min: { pushAt: new Date(last.sentAt.getTime() + pushDelayMs) },
        }),
      },
    },
  };
  return isLater ? [sent, changed] : [sent];
}

/** Of who is in the group: what somebody was is left as it is. */
function toMemberUpdates([chatId, { inMember, changedAt }]: [
  ChatId,
  Pending,
]): mongo.AnyBulkWriteOperation[] {
  const chat = new Types.ObjectId(chatId);
  return [...inMember].map(([userId, seq]) => ({
    updateOne: {
      filter: { chat, user: new Types.ObjectId(userId), leftAt: null },
      update: { $max: { readSeq: seq, deliveredSeq: seq, changedAt } },
    },
  }));
}

function mergeMarks(known: Map<UserId, number>, added: ReadonlyMap<UserId, number>): void {
  for (const [userId, seq] of added) known.set(userId, Math.max(seq, known.get(userId) ?? 0));
}
