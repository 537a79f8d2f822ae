import type { Notes } from '../store/notes.ts';

const lastKey = 'whisper:clerk-user';
const leavingKey = 'whisper:clerk-leaving';

/** What Clerk says: who is signed in, nobody, or nothing as long as it is not there. */
type ClerkSays = string | null | undefined;

/**
 * Who is signed in with Clerk, also while Clerk cannot be asked. Whoever signs out here stays signed out, though Clerk may hear
 * of it only later.
 */
export class ClerkAccount {
  readonly #notes: Notes;

  constructor(notes: Notes) {
    this.#notes = notes;
  }

  /** Whose chats may be shown. */
  shown(says: ClerkSays): string | null {
    const userId = says === undefined ? this.#notes.get(lastKey) : says;
    return userId && userId !== this.#notes.get(leavingKey) ? userId : null;
  }

  subscribe = (listener: () => void): (() => void) => this.#notes.subscribe(listener);

  /** Clerk does not know yet that somebody has signed out. */
  get isLeaving(): boolean {
    return this.#notes.get(leavingKey) !== '';
  }

  /** Takes down what Clerk said. */
  hear(says: ClerkSays): void {
    if (says === undefined || (says !== null && says === this.#notes.get(leavingKey))) return;
    this.#notes.set(leavingKey, '');
    this.#notes.set(lastKey, says ?? '');
  }

  /** Signs a person out in all tabs, whether or not Clerk knows it. */
  leave(userId: string): void {
    this.#notes.set(leavingKey, userId);
    this.#notes.set(lastKey, '');
  }
}
