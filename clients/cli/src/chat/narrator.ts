import { messagesOf, receiptOf, rowsOf, type ChatSnapshot } from '@whisper/client/node';
import { faceOf, type Chat, type ClientId, type Message } from '@whisper/shared';
import { describeChange, excerptOf } from './describe-change.ts';

/** Lines shown when a conversation is opened. */
const recentMax = 20;

/** How many of the newest messages are watched for changes. */
const changesMax = 100;

export type Line = { readonly kind: 'message' | 'note'; readonly text: string };

/** Turns the live picture of one chat into lines, each told once. */
export class Narrator {
  readonly #chat: Chat;
  #toldSeq: number;
  #isTyping = false;
  #isOnline: boolean;
  readonly #waiting = new Set<ClientId>();
  readonly #failed = new Set<ClientId>();
  /** Messages as they were told. */
  #told: readonly Message[] = [];
  #toldReadSeq = 0;

  constructor(chat: Chat, snapshot: ChatSnapshot) {
    const messages = messagesOf(snapshot.open.get(chat.id));
    this.#chat = chat;
    this.#toldSeq = messages.at(-recentMax - 1)?.seq ?? 0;
    this.#isOnline = snapshot.online.has(faceOf(chat).id);
  }

  get isTyping(): boolean {
    return this.#isTyping;
  }

  /** What is new since the last call. */
  tell(snapshot: ChatSnapshot): readonly Line[] {
    return [
      ...this.#tellChanges(snapshot),
      ...this.#tellMessages(snapshot),
      ...this.#tellOutbox(snapshot),
      ...this.#tellRead(snapshot),
      ...this.#tellPerson(snapshot),
    ];
  }

  #tellMessages(snapshot: ChatSnapshot): Line[] {
    const fresh = messagesOf(snapshot.open.get(this.#chat.id)).filter(({ seq }) => seq > this.#toldSeq);
    this.#toldSeq = fresh.at(-1)?.seq ?? this.#toldSeq;
    this.#told = messagesOf(snapshot.open.get(this.#chat.id)).slice(-changesMax);
    return fresh.map((message) => ({ kind: 'message', text: describe(message, snapshot) }));
  }

  /** What became of messages that were told already. */
  #tellChanges(snapshot: ChatSnapshot): Line[] {
    const before = new Map(this.#told.map((message) => [message.id, message]));
    return messagesOf(snapshot.open.get(this.#chat.id))
      .slice(-changesMax)
      .flatMap((message) => {
        const told = before.get(message.id);
        return told && told !== message ? describeChange(told, message, this.#chat) : [];
      })
      .map((text) => ({ kind: 'note', text }));
  }

  /** Says once that they have read the last thing I wrote. */
  #tellRead({ chats, open }: ChatSnapshot): Line[] {
    const chat = chats.find(({ id }) => id === this.#chat.id);
    const last = messagesOf(open.get(this.#chat.id)).at(-1);
    if (!chat || !last || last.sender.id === faceOf(chat).id || last.seq <= this.#toldReadSeq) return [];
    if (receiptOf(chat, last) !== 'read') return [];
    this.#toldReadSeq = last.seq;
    return [{ kind: 'note', text: `✓ ${faceOf(chat).name} has read it` }];
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

  #tellPerson({ typing, online, isSynced }: ChatSnapshot): Line[] {
    const { id } = this.#chat;
    const participant = faceOf(this.#chat);
    const lines: Line[] = [];
    const isTyping = typing.get(id)?.includes(participant.id) ?? false;
    if (isTyping && !this.#isTyping) lines.push({ kind: 'note', text: `* ${participant.name} is typing …` });
    this.#isTyping = isTyping;
    // While disconnected the online list is stale, so the last known state stays.
    const isOnline = isSynced ? online.has(participant.id) : this.#isOnline;
    if (isOnline !== this.#isOnline) {
      lines.push({ kind: 'note', text: `* ${participant.name} is ${isOnline ? 'online' : 'offline'}` });
    }
    this.#isOnline = isOnline;
    return lines;
  }
}

function describe(message: Message, { me }: ChatSnapshot): string {
  const { sender, createdAt, replyTo, forwardedFrom, editedAt, deletedAt } = message;
  const time = createdAt.toTimeString().slice(0, 5);
  const about = [
    ...(replyTo ? [`(to “${excerptOf(replyTo.excerpt)}”)`] : []),
    ...(forwardedFrom ? [`(from ${forwardedFrom.sender.name})`] : []),
  ];
  const text = deletedAt ? '(deleted)' : message.text;
  const said = [...about, text, ...(editedAt && !deletedAt ? ['(edited)'] : [])].join(' ');
  return `${time} ${sender.id === me?.id ? 'you' : sender.name}: ${said}`;
}
