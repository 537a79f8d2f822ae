import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appendPage,
  applyChanges,
  applyEvent,
  hideMessages,
  prependPage,
  startLog,
  type Applied,
  type ChatLog,
  type LogEvent,
} from './chat-log.ts';
import { ChatIdSchema, ClientIdSchema, MessageIdSchema, UserIdSchema } from './ids.ts';
import { neverChanged, toReply, type Message, type MessageChanges, type MessagePage } from './messages.ts';
import type { System } from './system.ts';

const chatId = ChatIdSchema.parse('a'.repeat(24));
const alice = { id: UserIdSchema.parse('b'.repeat(24)), name: 'alice', email: 'alice@x.org', avatar: null };
const bob = { ...alice, id: UserIdSchema.parse('c'.repeat(24)), name: 'bob' };
const at = new Date(0);

/** The server's side of the log, in a few lines: what is stored, and what the reads and the replay answer. */
class ModelChat {
  readonly #bySeq: Message[] = [];
  readonly #createdRevs = new Map<number, number>();
  #rev = 0;

  get rev(): number {
    return this.#rev;
  }

  /** A new message, the answer to an earlier one when there is a place to answer to. */
  send(replyTo = 0): LogEvent {
    const [seq, rev] = [this.#bySeq.length + 1, ++this.#rev];
    this.#createdRevs.set(seq, rev);
    const original = this.#bySeq[replyTo % Math.max(1, this.#bySeq.length)];
    this.#bySeq.push({ ...buildMessage(seq, rev), replyTo: original ? toReply(original) : null });
    return this.#toEvent('created', seq);
  }

  /** A change to what is stored: the message keeps its place and takes the next number; who quotes it shows it. */
  edit(index: number): LogEvent {
    const place = index % this.#bySeq.length;
    const message = this.#bySeq[place] ?? buildMessage(1, 1);
    const rev = ++this.#rev;
    const isDeleted = rev % 5 === 0;
    const edited = {
      ...message,
      rev,
      text: isDeleted ? '' : `edited at ${rev}`,
      deletedAt: isDeleted ? new Date(rev) : message.deletedAt,
    };
    this.#bySeq[place] = edited;
    for (const [at, each] of this.#bySeq.entries()) {
      if (each.replyTo?.messageId === edited.id) this.#bySeq[at] = { ...each, replyTo: toReply(edited) };
    }
    return this.#toEvent('updated', place + 1);
  }

  /** What a subscriber who resumes hears: each message once, as it is now, in the log's order. */
  replay(afterRev: number): LogEvent[] {
    const entries = this.#changedAfter(afterRev);
    return entries.map((message, index) => ({
      type: (this.#createdRevs.get(message.seq) ?? 0) > afterRev ? 'created' : 'updated',
      chatId,
      rev: message.rev,
      prevRev: entries[index - 1]?.rev ?? afterRev,
      message,
    }));
  }

  list(before: number, limit: number): MessagePage {
    const matching = this.#bySeq.filter(({ seq }) => seq < before);
    return {
      messages: matching.slice(-limit),
      hasMore: matching.length > limit,
      rev: this.#rev,
    };
  }

  listAfter(after: number, limit: number): MessagePage {
    const matching = this.#bySeq.filter(({ seq }) => seq > after);
    return { messages: matching.slice(0, limit), hasMore: matching.length > limit, rev: this.#rev };
  }

  changes(afterRev: number, limit: number): MessageChanges {
    const matching = this.#changedAfter(afterRev);
    const messages = matching.slice(0, limit);
    return { messages, hasMore: matching.length > limit, rev: messages.at(-1)?.rev ?? afterRev };
  }

  #changedAfter(afterRev: number): Message[] {
    return this.#bySeq.filter(({ rev }) => rev > afterRev).sort((a, b) => a.rev - b.rev);
  }

  #toEvent(type: LogEvent['type'], seq: number): LogEvent {
    const message = this.#bySeq[seq - 1] ?? buildMessage(seq, this.#rev);
    return { type, chatId, rev: message.rev, prevRev: message.rev - 1, message };
  }
}

function buildMessage(seq: number, rev: number): Message {
  const at = new Date(seq * 1000);
  return {
    id: MessageIdSchema.parse(seq.toString(16).padStart(24, '0')),
    chatId,
    sender: alice,
    text: `message ${seq}`,
    seq,
    rev,
    clientId: ClientIdSchema.parse(`00000000-0000-4000-8000-${String(seq).padStart(12, '0')}`),
    createdAt: at,
    updatedAt: at,
    ...neverChanged,
  };
}

/** What a client does with an event: apply it, and on a gap fetch the missing part, a page at a time. */
function receive(log: ChatLog, event: LogEvent, { chat, pageSize }: Fetching): ChatLog {
  const applied = applyEvent(log, event);
  if (applied.gapAfterRev === undefined) return applied.log;
  return catchUp(applied.log, { chat, pageSize });
}

function catchUp(log: ChatLog, { chat, pageSize }: Fetching): ChatLog {
  const changes = chat.changes(log.rev, pageSize);
  const next = applyChanges(log, changes);
  return changes.hasMore ? catchUp(next, { chat, pageSize }) : next;
}

/** Asks for a page; what is answered is put to the log when the answer arrives, if it still adjoins it. */
type Asked = (log: ChatLog) => ChatLog;

function askOlder(asking: ChatLog, { chat, pageSize }: Fetching): Asked {
  const before = asking.messages[0]?.seq ?? 0;
  const page = chat.list(before, pageSize);
  return (log) => (log.messages[0]?.seq === before ? prependPage(log, page) : log);
}

function askNewer(asking: ChatLog, { chat, pageSize }: Fetching): Asked {
  const after = asking.messages.at(-1)?.seq ?? 0;
  const page = chat.listAfter(after, pageSize);
  return (log) => (log.hasNewer && log.messages.at(-1)?.seq === after ? appendPage(log, page) : log);
}

function askAround(index: number, { chat, pageSize }: Fetching): Asked {
  const { messages } = chat.list(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  const page = chat.list((index % Math.max(1, messages.length)) + 2, pageSize);
  const hasNewer = (page.messages.at(-1)?.seq ?? 0) < messages.length;
  return () => startLog(chatId, page, hasNewer);
}

type Fetching = { readonly chat: ModelChat; readonly pageSize: number };

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('send' as const), index: fc.nat() }) },
  { weight: 1, arbitrary: fc.constant({ type: 'resume' as const }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('edit' as const), index: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('drop' as const), index: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('repeat' as const), index: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('swap' as const), index: fc.nat() }) },
  { weight: 6, arbitrary: fc.constant({ type: 'deliver' as const }) },
  { weight: 3, arbitrary: fc.constant({ type: 'older' as const }) },
  { weight: 2, arbitrary: fc.constant({ type: 'newer' as const }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('around' as const), index: fc.nat() }) },
  { weight: 3, arbitrary: fc.constant({ type: 'answer' as const }) },
);

describe('a chat log', () => {
  it('equals a fresh fetch after any history of sends, replies, edits, drops, repeats, reorderings, resumes and late pages', () => {
    const history = fc.record({
      before: fc.integer({ min: 0, max: 12 }),
      firstPage: fc.integer({ min: 1, max: 8 }),
      pageSize: fc.integer({ min: 1, max: 5 }),
      steps: fc.array(step, { maxLength: 60 }),
    });
    fc.assert(
      fc.property(history, ({ before, firstPage, pageSize, steps }) => {
        const chat = new ModelChat();
        for (let sent = 0; sent < before; sent += 1) chat.send();
        let log = startLog(chatId, chat.list(Number.POSITIVE_INFINITY, firstPage));
        const wire: LogEvent[] = [];
        const asked: Asked[] = [];
        const pick = (index: number) => (wire.length > 0 ? index % wire.length : 0);

        for (const each of steps) {
          if (each.type === 'send') wire.push(chat.send(each.index));
          if (each.type === 'resume') wire.push(...chat.replay(log.rev));
          if (each.type === 'edit' && chat.rev > 0) wire.push(chat.edit(each.index));
          if (each.type === 'drop') wire.splice(pick(each.index), 1);
          if (each.type === 'repeat') wire.push(...wire.slice(pick(each.index), pick(each.index) + 1));
          if (each.type === 'swap') wire.unshift(...wire.splice(pick(each.index), 1));
          const event = each.type === 'deliver' ? wire.shift() : undefined;
          if (event) log = receive(log, event, { chat, pageSize });
          if (each.type === 'older') asked.push(askOlder(log, { chat, pageSize }));
          if (each.type === 'newer') asked.push(askNewer(log, { chat, pageSize }));
          if (each.type === 'around') asked.push(askAround(each.index, { chat, pageSize }));
          if (each.type === 'answer') log = asked.shift()?.(log) ?? log;
        }
        for (const answer of asked) log = answer(log);
        for (const event of wire) log = receive(log, event, { chat, pageSize });
        log = catchUp(log, { chat, pageSize });

        const end = log.hasNewer ? (log.messages.at(-1)?.seq ?? 0) + 1 : Number.POSITIVE_INFINITY;
        expect(log).toEqual(startLog(chatId, chat.list(end, log.messages.length), log.hasNewer));
      }),
      { numRuns: 500 },
    );
  });

  it('returns the same object for an event it has, and for one of another chat', () => {
    const chat = new ModelChat();
    const event = chat.send();
    const log = startLog(chatId, chat.list(Number.POSITIVE_INFINITY, 10));

    expect(applyEvent(log, event).log).toBe(log);
    const other = { ...event, rev: 9, prevRev: 8, chatId: ChatIdSchema.parse('c'.repeat(24)) };
    expect(applyEvent(log, other)).toEqual({ log });
  });

  it('reports where a gap begins and changes nothing until it is filled', () => {
    const chat = new ModelChat();
    chat.send();
    const log = startLog(chatId, chat.list(Number.POSITIVE_INFINITY, 10));
    chat.send();

    const applied = applyEvent(log, chat.send());

    expect(applied).toEqual({ log, gapAfterRev: 1 });
    expect(catchUp(applied.log, { chat, pageSize: 10 }).messages.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('needs no fetch for what a replay brings, although numbers are missing in it', () => {
    const chat = new ModelChat();
    for (let sent = 0; sent < 3; sent += 1) chat.send();
    const log = startLog(chatId, chat.list(Number.POSITIVE_INFINITY, 10));
    for (const index of [0, 0, 1, 0]) chat.edit(index);

    const applied = chat
      .replay(log.rev)
      .reduce<Applied>(({ log: before }, event) => applyEvent(before, event), { log });

    expect(applied.gapAfterRev).toBeUndefined();
    expect(applied.log).toEqual(startLog(chatId, chat.list(Number.POSITIVE_INFINITY, 10)));
  });

  it('leaves a change to a message it does not hold to the page that brings it', () => {
    const chat = new ModelChat();
    for (let sent = 0; sent < 3; sent += 1) chat.send();
    const log = startLog(chatId, chat.list(Number.POSITIVE_INFINITY, 1));
    chat.edit(0);

    const caughtUp = catchUp(log, { chat, pageSize: 10 });

    expect(caughtUp.messages.map(({ seq }) => seq)).toEqual([3]);
    const whole = askOlder(caughtUp, { chat, pageSize: 10 })(caughtUp);
    expect(whole.messages[0]?.text).toBe('edited at 4');
  });

  it('does not take in by its change what it would hold if the person saw it', () => {
    const chat = new ModelChat();
    for (let count = 0; count < 3; count += 1) chat.send();
    const log = hideMessages(startLog(chatId, chat.list(Number.POSITIVE_INFINITY, 10)), new Set([2, 3]));

    for (const index of [1, 2]) {
      const change = { ...chat.edit(index), prevRev: log.rev };
      expect(applyEvent(log, change)).toEqual({ log, gapAfterRev: log.rev });
    }
  });

  it('misses nothing that changed while the page that brings it was under way', () => {
    const chat = new ModelChat();
    for (let sent = 0; sent < 3; sent += 1) chat.send();
    const fetching = { chat, pageSize: 10 };
    const newest = startLog(chatId, chat.list(Number.POSITIVE_INFINITY, 1));
    const answer = askOlder(newest, fetching);

    const log = answer(receive(newest, chat.edit(0), fetching));

    expect(catchUp(log, fetching).messages[0]?.text).toBe('edited at 4');
  });

  it('calls everybody as the latest answer calls them, where they wrote, are quoted, passed on or came', () => {
    const [first, second, third] = [buildMessage(1, 1), buildMessage(2, 2), buildMessage(3, 3)];
    const quoting = { ...third, sender: bob, replyTo: toReply(second) };
    const passing = { ...buildMessage(4, 4), sender: bob, forwardedFrom: { sender: alice, sentAt: at } };
    const system: System = { type: 'memberAdded', users: [alice] };
    const adding: Message = { ...buildMessage(5, 5), kind: 'system', sender: bob, system };
    const older = { messages: [first], rev: 5, hasMore: false };
    const log = startLog(chatId, { messages: [second, quoting, passing, adding], rev: 5, hasMore: true });
    const renamed = { ...alice, name: 'Alice Cooper', avatar: 'https://a.org/1' };
    const sixth = { ...buildMessage(6, 6), sender: renamed };

    const event = { type: 'created', chatId, rev: 6, prevRev: 5, message: sixth } as const;
    const { messages } = prependPage(applyEvent(log, event).log, older);

    expect(messages.map(({ seq, sender }) => [seq, sender.name])).toEqual([
      [1, renamed.name],
      [2, renamed.name],
      [3, bob.name],
      [4, bob.name],
      [5, bob.name],
      [6, renamed.name],
    ]);
    expect(messages[2]?.replyTo?.sender).toEqual(renamed);
    expect(messages[3]?.forwardedFrom?.sender).toEqual(renamed);
    expect(messages[4]).toMatchObject({ system: { users: [renamed] }, text: 'bob added Alice Cooper' });
    expect(log.messages[0]).toBe(second);
  });

  it('takes in no message behind a part of the history, until pages have led to the newest', () => {
    const chat = new ModelChat();
    for (let sent = 0; sent < 5; sent += 1) chat.send();
    const fetching = { chat, pageSize: 10 };
    const part = startLog(chatId, chat.list(4, 2), true);

    const log = receive(part, chat.send(), fetching);
    const whole = askNewer(log, fetching)(log);

    expect(log.messages.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(whole).toEqual(startLog(chatId, chat.list(Number.POSITIVE_INFINITY, 5)));
  });
});
