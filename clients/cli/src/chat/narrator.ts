import { messagesOf, rowsOf, type ChatSnapshot } from '@whisper/client/node';
import type { Chat, ClientId, Message } from '@whisper/shared';

/** Lines shown when a conversation is opened. */
const recentMax = 20;

export type Line = { readonly kind: 'message' | 'note'; readonly text: string };

/** Turns the live picture of one chat into lines, each told once. */
export class Narrator {
  readonly #chat: Chat;
  #toldSeq: number;
  #isTyping = false;
  #isOnline: boolean;
  readonly #waiting = new Set<ClientId>();
  readonly #failed = new Set<ClientId>();

  constructor(chat: Chat, snapshot: ChatSnapshot) {
    const messages = messagesOf(snapshot.open.get(chat.id));
    this.#chat = chat;
    this.#toldSeq = messages.at(-recentMax - 1)?.seq ?? 0;
    this.#isOnline = snapshot.online.has(chat.participant.id);
  }

  get isTyping(): boolean {
    return this.#isTyping;
  }

  /** What is new since the last call. */
  tell(snapshot: ChatSnapshot): readonly Line[] {
    return [...this.#tellMessages(snapshot), ...this.#tellOutbox(snapshot), ...this.#tellPerson(snapshot)];
  }

  #tellMessages(snapshot: ChatSnapshot): Line[] {
    const fresh = messagesOf(snapshot.open.get(this.#chat.id)).filter(({ seq }) => seq > this.#toldSeq);
    this.#toldSeq = fresh.at(-1)?.seq ?? this.#toldSeq;
    return fresh.map((message) => ({ kind: 'message', text: describe(message, snapshot) }));
  }

  #tellOutbox(snapshot: ChatSnapshot): Line[] {
    const isOffline = snapshot.connection.status !== 'open';
    const { id } = this.#chat;
    const { open, outbox } = snapshot;
    return rowsOf(id, { view: open.get(id), outbox }).flatMap((row): Line[] => {
      if (row.state === 'sent') return [];
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
    const { id, participant } = this.#chat;
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

function describe({ sender, text, createdAt }: Message, { me }: ChatSnapshot): string {
  const time = createdAt.toTimeString().slice(0, 5);
  return `${time} ${sender.id === me?.id ? 'you' : sender.name}: ${text}`;
}
