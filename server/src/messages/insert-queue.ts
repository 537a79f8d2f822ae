import type { Connection } from 'mongoose';
import { findConflicts, type Conflict } from './insert-conflicts.ts';
import { messageModel, type MessageDoc } from './message.model.ts';

/** Commands on their way at once; what comes meanwhile goes together with the next. */
const commandsMax = 2;
const docsMax = 500;

/**
 * The store gives an insert up after this long. A message that became visible much later than its time says would escape
 * the overlap with which the stream of all my chats is read again.
 */
export const insertTimeMaxMs = 5_000;

type Waiting = {
  readonly doc: MessageDoc;
  readonly resolve: (conflict: Conflict | undefined) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Inserts single messages of many chats together: those that wait at the same moment become one command, which
 * costs little more than one message alone. Unordered, so that one chat's duplicate stops no other's message; that
 * leaves no hole in a log, because a writer has one message in here at a time.
 */
export class InsertQueue {
  readonly #waiting: Waiting[] = [];
  #commands = 0;

  /** Resolves when the message is durable, or with what stopped it. Other failures throw. */
  insert(db: Connection, doc: MessageDoc): Promise<Conflict | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ doc, resolve, reject });
      if (this.#commands < commandsMax) void this.#run(db);
    });
  }

  /** Never rejects: each message hears of its own failure. */
  async #run(db: Connection): Promise<void> {
    this.#commands += 1;
    // Whoever comes in this turn of the event loop comes along.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await insertAll(db, this.#waiting.splice(0, docsMax));
    this.#commands -= 1;
  }
}

async function insertAll(db: Connection, batch: readonly Waiting[]): Promise<void> {
  try {
    const docs = batch.map(({ doc }) => doc);
    await messageModel(db).collection.insertMany(docs, { ordered: false, maxTimeMS: insertTimeMaxMs });
    for (const { resolve } of batch) resolve(undefined);
  } catch (error) {
    const conflicts = findConflicts(error);
    for (const [index, { resolve, reject }] of batch.entries()) {
      if (conflicts) resolve(conflicts.get(index));
      else reject(error);
    }
  }
}
