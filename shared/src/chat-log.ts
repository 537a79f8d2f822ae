import type { ChatId, MessageId, UserId } from './ids.ts';
import {
  toReply,
  type Message,
  type MessageChanges,
  type MessageEvent,
  type MessagePage,
} from './messages.ts';
import { describeSystem, peopleIn, withPeople } from './system.ts';
import type { User } from './users.ts';

/**
 * What a client knows of one chat: a run of the messages that the person sees of it in ascending `seq`, complete up to `rev`. With `hasNewer` the run
 * ends before the newest message, and what comes behind it is left to the page that adjoins it.
 * Values are never mutated; an event that changes nothing returns the same object.
 */
export type ChatLog = {
  readonly chatId: ChatId;
  readonly messages: readonly Message[];
  readonly rev: number;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
};

/** The events that change a log. The others only mark a place in the stream. */
export type LogEvent = Exclude<MessageEvent, { type: 'synced' } | { type: 'reset' }>;

/** `gapAfterRev` asks the caller to fetch `message.changes({ chatId, afterRev: gapAfterRev })` and apply it. */
export type Applied = { readonly log: ChatLog; readonly gapAfterRev?: number };

/** Starts a log from the newest page of `message.list`, or from one around a place, behind which there may be newer ones. */
export function startLog(chatId: ChatId, page: MessagePage, hasNewer = false): ChatLog {
  return { chatId, messages: page.messages, rev: page.rev, hasOlder: page.hasMore, hasNewer };
}

/**
 * Applies one event. A rev the log already has is ignored, so repeats are harmless. An event that follows something the log
 * does not have changes nothing and reports the gap, and so does a change of a message that should be held and is not: it
 * may be hidden from the person, which what the server answers to their own changes does not say.
 */
export function applyEvent(log: ChatLog, event: LogEvent): Applied {
  if (event.chatId !== log.chatId || event.rev <= log.rev) return { log };
  if (event.prevRev > log.rev) return { log, gapAfterRev: log.rev };
  switch (event.type) {
    case 'created':
      return { log: withEvent(log, event) };
    case 'updated':
      return isMissing(log, event.message.seq)
        ? { log, gapAfterRev: log.rev }
        : { log: withEvent(log, event) };
  }
}

/** State, not deltas: whether a message is new or changed, it takes its place as it is now. */
function withEvent(log: ChatLog, { message, rev }: LogEvent): ChatLog {
  return { ...log, messages: takeIn(log, [message]), rev };
}

/**
 * Applies an answer of `message.changes` that was asked for with an `afterRev` of at most the log's rev. A change
 * to a message outside of what is held is left to the page that will bring it.
 */
export function applyChanges(log: ChatLog, changes: MessageChanges): ChatLog {
  if (changes.rev <= log.rev) return log;
  const fresh = changes.messages.filter((message) => message.rev > log.rev);
  return { ...log, messages: takeIn(log, fresh), rev: changes.rev };
}

/** Puts a page that was asked for with `before: log.messages[0].seq` in front of the log. */
export function prependPage(log: ChatLog, page: MessagePage): ChatLog {
  return { ...withPage(log, page), hasOlder: page.hasMore };
}

/** Puts a page that was asked for with `after: log.messages.at(-1).seq` behind the log. */
export function appendPage(log: ChatLog, page: MessagePage): ChatLog {
  return { ...withPage(log, page), hasNewer: page.hasMore };
}

/** A page may be older than the log: what was left to it meanwhile is then missing, and the log is at the page's rev. */
function withPage(log: ChatLog, page: MessagePage): ChatLog {
  return {
    ...log,
    // An older one calls people as they were called then.
    messages:
      page.rev < log.rev
        ? nameAnew(mergeMessages(log.messages, page.messages), log.messages)
        : mergeMessages(log.messages, page.messages),
    rev: Math.min(log.rev, page.rev),
  };
}

/**
 * The log without messages that a person does not see any more, the answers to them without what they quote. The same object
 * when it has none of them.
 */
export function hideMessages(log: ChatLog, seqs: ReadonlySet<number>): ChatLog {
  if (seqs.size === 0) return log;
  const isQuoting = ({ replyTo }: Message) => replyTo !== null && seqs.has(replyTo.seq);
  if (!log.messages.some((message) => seqs.has(message.seq) || isQuoting(message))) return log;
  const messages = log.messages
    .filter(({ seq }) => !seqs.has(seq))
    .map((message) => (isQuoting(message) ? { ...message, replyTo: null } : message));
  return { ...log, messages };
}

/** The messages of the log with these as they are now, in their places and in the replies that quote them. */
function takeIn(log: ChatLog, changed: readonly Message[]): readonly Message[] {
  const merged = mergeMessages(
    log.messages,
    changed.filter(({ seq }) => isCovered(log, seq)),
  );
  return quoteAnew(merged, changed);
}

/** Whether a message should be held and is not. */
function isMissing(log: ChatLog, seq: number): boolean {
  return isCovered(log, seq) && !messageAt(log.messages, seq);
}

/** Whether a place is in the run that the log holds. */
function isCovered({ messages, hasOlder, hasNewer }: ChatLog, seq: number): boolean {
  const oldest = hasOlder ? (messages[0]?.seq ?? 0) : 0;
  const newest = hasNewer ? (messages.at(-1)?.seq ?? 0) : Number.POSITIVE_INFINITY;
  return seq >= oldest && seq <= newest;
}

/** The same messages, those that answer a changed one quoting it as it is now. */
export function quoteAnew(messages: readonly Message[], changed: readonly Message[]): readonly Message[] {
  const index = indexOf(messages);
  const quoted = new Map(
    changed.filter(({ id }) => index.answered.has(id)).map((message) => [message.id, message]),
  );
  if (quoted.size === 0) return messages;
  return withIndex(
    messages.map((message) => {
      const original = message.replyTo && quoted.get(message.replyTo.messageId);
      return original ? { ...message, replyTo: toReply(original) } : message;
    }),
    index,
  );
}

/** One message per `seq`, the higher `rev` winning; everybody is called as those added call them. */
function mergeMessages(known: readonly Message[], added: readonly Message[]): readonly Message[] {
  const newer = added.filter((message) => (messageAt(known, message.seq)?.rev ?? 0) < message.rev);
  return nameAnew(putIn(known, newer), added);
}

/** The messages with these in their places. */
export function putIn(known: readonly Message[], added: readonly Message[]): readonly Message[] {
  const index = indexOf(known);
  const merged = [...known];
  for (const message of added) {
    const place = placeOf(merged, message.seq);
    merged.splice(place, merged[place]?.seq === message.seq ? 1 : 0, message);
    note(index, message);
  }
  return withIndex(merged, index);
}

/** People change their names and pictures, which no log tells: what came last has them as they are. */
function nameAnew(messages: readonly Message[], added: readonly Message[]): readonly Message[] {
  const index = indexOf(messages);
  const changed = new Map(
    added.flatMap(peopleOf).flatMap((person) => {
      const known = index.people.get(person.id);
      return known && !isSamePerson(known, person) ? [[person.id, person] as const] : [];
    }),
  );
  if (changed.size === 0) return messages;
  const asNow = (person: User) => changed.get(person.id) ?? person;
  const named = <T extends { readonly sender: User }>(said: T): T => ({
    ...said,
    sender: asNow(said.sender),
  });
  return withIndex(
    messages.map((message) => {
      if (!peopleOf(message).some(({ id }) => changed.has(id))) return message;
      const { replyTo, forwardedFrom } = message;
      const system = message.system && withPeople(message.system, asNow);
      return {
        ...named(message),
        ...(system && { system, text: describeSystem(system, asNow(message.sender)) }),
        replyTo: replyTo && named(replyTo),
        forwardedFrom: forwardedFrom && named(forwardedFrom),
      };
    }),
    { ...index, people: new Map([...index.people, ...changed]) },
  );
}

function isSamePerson(one: User, other: User): boolean {
  return one.name === other.name && one.avatar === other.avatar;
}

function peopleOf({ sender, replyTo, forwardedFrom, system }: Message): User[] {
  return [
    sender,
    ...(replyTo ? [replyTo.sender] : []),
    ...(forwardedFrom ? [forwardedFrom.sender] : []),
    ...(system ? peopleIn(system) : []),
  ];
}

/** What is answered in a run of messages, or was, and who is named there. */
type Index = { readonly answered: Set<MessageId>; readonly people: Map<UserId, User> };

/** Handed on from a run to the next: to look at each message of a long log costs more than an event does. */
const indexes = new WeakMap<readonly Message[], Index>();

function withIndex(messages: readonly Message[], index: Index): readonly Message[] {
  indexes.set(messages, index);
  return messages;
}

function indexOf(messages: readonly Message[]): Index {
  const known = indexes.get(messages);
  if (known) return known;
  const index: Index = { answered: new Set(), people: new Map() };
  for (const message of messages) note(index, message);
  withIndex(messages, index);
  return index;
}

function note({ answered, people }: Index, message: Message): void {
  if (message.replyTo) answered.add(message.replyTo.messageId);
  for (const person of peopleOf(message)) if (!people.has(person.id)) people.set(person.id, person);
}

/** The message in a place, when it is among them. */
export function messageAt(messages: readonly Message[], seq: number): Message | undefined {
  const message = messages[placeOf(messages, seq)];
  return message?.seq === seq ? message : undefined;
}

/** The index of the first message at or behind a `seq`. */
function placeOf(messages: readonly Message[], seq: number): number {
  let [low, high] = [0, messages.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((messages[middle]?.seq ?? seq) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
