import { messagesOf, receiptOf, rowsOf, type ChatSnapshot } from '@whisper/client/node';
import { faceOf, type Chat, type ClientId, type Message, type User, type UserId } from '@whisper/shared';
import { describeChange, excerptOf } from './describe-change.ts';

/** Lines shown when a conversation is opened. */
const recentMax = 20;

/** How many of the newest messages are watched for changes. */
const changesMax = 100;

export type Line = { readonly kind: 'message' | 'note'; readonly text: string };

/** Turns the live picture of one chat into lines, each told once. */
export class Narrator {
  /** As it was when it was last in the list. */
  #chat: Chat;
  readonly #names = new Map<UserId, string>();
  #toldSeq: number;
  #typing: readonly UserId[] = [];
  /** Undefined until the server has said it. */
  #isOnline: boolean | undefined;
  readonly #waiting = new Set<ClientId>();
  readonly #failed = new Set<ClientId>();
  /** Messages as they were told. */
  #told: readonly Message[] = [];
  #toldReceipt = '';
  #isLost = false;

  constructor(chat: Chat, snapshot: ChatSnapshot) {
    const messages = messagesOf(snapshot.open.get(chat.id));
    this.#chat = chat;
    this.#toldSeq = messages.at(-recentMax - 1)?.seq ?? 0;
    this.#isOnline = isOnline(chat, snapshot);
    this.learn([faceOf(chat)]);
  }

  /** What people are called who have not written yet. */
  learn(people: Iterable<User>): void {
    for (const { id, name } of people) this.#names.set(id, name);
  }

  /** What is new since the last call. */
  tell(snapshot: ChatSnapshot): readonly Line[] {
    this.#chat = snapshot.chats.find(({ id }) => id === this.#chat.id) ?? this.#chat;
    if (snapshot.me) this.#names.set(snapshot.me.id, 'you');
    return [
      ...this.#tellChanges(snapshot),
      ...this.#tellMessages(snapshot),
      ...this.#tellOutbox(snapshot),
      ...this.#tellReceipt(snapshot),
      ...this.#tellTyping(snapshot),
      ...this.#tellOnline(snapshot),
      ...this.#tellLoss(snapshot),
    ];
  }

  readonly #nameOf = (userId: UserId): string => this.#names.get(userId) ?? 'somebody';

  #tellMessages(snapshot: ChatSnapshot): Line[] {
    const fresh = messagesOf(snapshot.open.get(this.#chat.id)).filter(({ seq }) => seq > this.#toldSeq);
    this.#toldSeq = fresh.at(-1)?.seq ?? this.#toldSeq;
    this.#told = messagesOf(snapshot.open.get(this.#chat.id)).slice(-changesMax);
    this.learn(fresh.map(({ sender }) => sender).filter(({ id }) => id !== snapshot.me?.id));
    return fresh.map((message) =>
      message.kind === 'system'
        ? { kind: 'note', text: `* ${message.text}` }
        : { kind: 'message', text: describe(message, this.#nameOf) },
    );
  }

  /** What became of messages that were told already. */
  #tellChanges(snapshot: ChatSnapshot): Line[] {
    const before = new Map(this.#told.map((message) => [message.id, message]));
    return messagesOf(snapshot.open.get(this.#chat.id))
      .slice(-changesMax)
      .flatMap((message) => {
        const told = before.get(message.id);
        return told && told !== message ? describeChange(told, message, this.#nameOf) : [];
      })
      .map((text) => ({ kind: 'note', text }));
  }

  /** Says once how far the last message has come, when it is mine; that it is stored, only where nothing follows at once. */
  #tellReceipt(snapshot: ChatSnapshot): Line[] {
    const chat = this.#chat;
    const last = messagesOf(snapshot.open.get(chat.id)).at(-1);
    if (last?.sender.id !== snapshot.me?.id || last?.kind !== 'text' || last.deletedAt) return [];
    const receipt = receiptOf(chat, last);
    const key = `${last.seq} ${receipt}`;
    if (key === this.#toldReceipt || (receipt === 'sent' && isOnline(chat, snapshot) !== false)) return [];
    this.#toldReceipt = key;
    return [
      {
        kind: 'note',
        text: `✓ ${describeReceipt(receipt, chat.kind === 'direct' ? chat.participant.name : 'everybody')}`,
      },
    ];
  }

  #tellOutbox(snapshot: ChatSnapshot): Line[] {
    const isOffline = snapshot.connection.status !== 'open';
    const { id } = this.#chat;
    const { open, outbox } = snapshot;
    return rowsOf(id, { view: open.get(id), outbox }).flatMap((row): Line[] => {
      if (row.state === 'sent') {
        if (!row.failure || this.#failed.has(row.failure.clientId)) return [];
        this.#failed.add(row.failure.clientId);
        return [{ kind: 'note', text: `! Not changed: ${row.failure.message}. /retry or /discard` }];
      }
      const { clientId, text, failure } = row.draft;
      if (failure && !this.#failed.has(clientId)) {
        this.#failed.add(clientId);
        return [{ kind: 'note', text: `! Not sent: ${text} (${failure.message}). /retry or /discard` }];
      }
      if (failure || !isOffline || this.#waiting.has(clientId)) return [];
      this.#waiting.add(clientId);
      return [{ kind: 'note', text: `… ${text} (waits for the connection)` }];
    });
  }

  #tellTyping({ typing }: ChatSnapshot): Line[] {
    const now = typing.get(this.#chat.id) ?? [];
    const fresh = now.filter((userId) => !this.#typing.includes(userId));
    this.#typing = now;
    return fresh.map((userId) => ({ kind: 'note', text: `* ${this.#nameOf(userId)} is typing …` }));
  }

  #tellOnline(snapshot: ChatSnapshot): Line[] {
    // While disconnected the online list is stale, so the last known state stays.
    const now = isOnline(this.#chat, snapshot) ?? this.#isOnline;
    if (now === this.#isOnline) return [];
    this.#isOnline = now;
    return [{ kind: 'note', text: `* ${faceOf(this.#chat).name} is ${now ? 'online' : 'offline'}` }];
  }

  /** Such as when one was removed from a group. */
  #tellLoss({ open }: ChatSnapshot): Line[] {
    const view = open.get(this.#chat.id);
    const wasLost = this.#isLost;
    this.#isLost = view?.status === 'failed';
    if (view?.status !== 'failed' || wasLost) return [];
    const { name } = faceOf(this.#chat);
    const isGone = view.failure.code === 'NOT_FOUND';
    return [
      {
        kind: 'note',
        text: isGone ? `* You are not in ${name} any more` : `! ${name}: ${view.failure.message}`,
      },
    ];
  }
}

/** Undefined where there is no telling, and of groups. */
function isOnline(chat: Chat, { online, isSynced }: ChatSnapshot): boolean | undefined {
  return isSynced && chat.kind === 'direct' ? online.has(chat.participant.id) : undefined;
}

function describeReceipt(receipt: ReturnType<typeof receiptOf>, name: string): string {
  switch (receipt) {
    case 'sent':
      return `sent, not yet delivered to ${name}`;
    case 'delivered':
      return `delivered to ${name}`;
    case 'read':
      return `${name} has read it`;
  }
  return receipt satisfies never;
}

function describe(message: Message, nameOf: (userId: UserId) => string): string {
  const { sender, createdAt, replyTo, forwardedFrom, editedAt, deletedAt } = message;
  const time = createdAt.toTimeString().slice(0, 5);
  const about = [
    ...(replyTo ? [`(to “${excerptOf(replyTo.excerpt)}”)`] : []),
    ...(forwardedFrom ? [`(from ${forwardedFrom.sender.name})`] : []),
  ];
  const text = deletedAt ? '(deleted)' : message.text;
  const said = [...about, text, ...(editedAt && !deletedAt ? ['(edited)'] : [])].join(' ');
  return `${time} ${nameOf(sender.id)}: ${said}`;
}
