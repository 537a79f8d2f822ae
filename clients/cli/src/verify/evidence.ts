/** One message as the database holds it at the end. */
export type StoredMessage = {
  readonly id: string;
  readonly chatId: string;
  readonly seq: number;
  readonly rev: number;
  readonly clientId: string;
  /** What can change of it, in words that two of the same state have in common. */
  readonly state: string;
  /** Those whom it brought into the group, and those whom it put out. */
  readonly comes: readonly string[];
  readonly goes: readonly string[];
};

/** What one client saw of one chat, by the messages' ids, in the order it saw them. */
export type Account = {
  readonly who: string;
  /** Whose client it is. */
  readonly person: string;
  readonly chatId: string;
  readonly seenIds: readonly string[];
  /** What lies at or before this place was there before the client began, and need not have been seen. */
  readonly afterSeq?: number;
  /** The state in which it holds each message at the end; nothing for a client that only hears of new ones. */
  readonly states?: ReadonlyMap<string, string>;
  /** The changes of which it heard, in that order; that of the numbers is the log's where the stream promises it. */
  readonly heard?: readonly { readonly id: string; readonly rev: number }[];
  readonly isHeardInOrder?: boolean;
  /** Repeats are a fault only where the stream promises none. */
  readonly mayRepeat: boolean;
  /** Order is a fault only where the stream promises one. */
  readonly mayReorder: boolean;
};

/** A message the server said it had stored. */
export type Receipt = { readonly clientId: string; readonly id: string };

/** How far somebody has read, each time a client was told, in that order. */
export type MarkAccount = { readonly who: string; readonly what: string; readonly told: readonly number[] };

/** What a client shows, or was promised, beside what the server answers at the end. */
export type Comparison = {
  readonly who: string;
  readonly what: string;
  readonly held: string;
  readonly stored: string;
};

export type Evidence = {
  readonly stored: readonly StoredMessage[];
  readonly accounts: readonly Account[];
  readonly receipts: readonly Receipt[];
  readonly marks: readonly MarkAccount[];
  readonly comparisons: readonly Comparison[];
};
