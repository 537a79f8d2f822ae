import { toFailure, type WhisperClient } from '@whisper/client/node';
import { faceOf, type Chat, type User } from '@whisper/shared';
import { findPerson, listPeople, type Search } from './choose-person.ts';
import { changeLast } from './change-last.ts';
import { readEntered, type Command } from './entered-line.ts';
import { Narrator } from './narrator.ts';
import { watchConnection } from './notices.ts';
import type { Terminal } from './terminal.ts';

const help = [
  '* /who       who you are and whom you talk to',
  '* /people    who is there',
  '* /with NAME talk to somebody else',
  '* /reply TEXT  answer their last message          /react EMOJI  react to it',
  '* /edit TEXT   give your last message another text  /delete       delete it',
  '* /retry     send again what the server refused      /discard  throw it away',
  '* /quit      leave; what is unsent is kept',
  '* Anything else is sent. Of two slashes in front the first is left out: //who sends /who.',
];

/** One person at a keyboard, or a script, talking to one other at a time. */
export class Conversation implements Disposable {
  readonly #search: Search;
  readonly #client: WhisperClient;
  readonly #terminal: Terminal;
  readonly #stops: (() => void)[] = [];
  #chat: Chat | undefined;
  #narrator: Narrator | undefined;
  #end: () => void = () => undefined;
  /** Lines are handled one after the other: a script may send more at once than a person types. */
  #handling: Promise<void> = Promise.resolve();

  /** Resolves when the person leaves. */
  readonly ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  constructor(search: Search, terminal: Terminal) {
    this.#search = search;
    this.#client = search.client;
    this.#terminal = terminal;
  }

  async start(person: User): Promise<void> {
    await this.#talkTo(person);
    const { store } = this.#client;
    this.#stops.push(
      watchConnection(this.#search),
      store.subscribe(() => this.#update()),
    );
    this.#terminal.listen({
      onLine: (line) => this.#take(() => this.#handle(line)),
      onKey: (text) => {
        if (this.#chat) store.setTyping(this.#chat.id, readEntered(text).kind === 'text');
      },
      onEnd: () => this.#take(() => this.#leave()),
    });
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  async #talkTo(person: User): Promise<void> {
    const { store } = this.#client;
    const chat = await store.openDirect(person.id);
    const isOnline = store.getSnapshot().online.has(person.id);
    this.#terminal.note(`* Talking to ${person.name} (${isOnline ? 'online' : 'offline'}). /help for more.`);
    this.#chat = chat;
    this.#narrator = new Narrator(chat, store.getSnapshot());
    this.#update();
  }

  #update(): void {
    const snapshot = this.#client.store.getSnapshot();
    if (snapshot.connection.status === 'refused') return this.#end();
    if (!this.#chat || !this.#narrator) return;
    const lines = this.#narrator.tell(snapshot);
    for (const { kind, text } of lines) {
      if (kind === 'note') this.#terminal.note(text);
      else this.#terminal.print(text);
    }
    if (lines.some(({ kind }) => kind === 'message')) this.#client.store.markRead(this.#chat.id);
  }

  #take(step: () => Promise<void> | void): void {
    this.#handling = this.#handling.then(step).catch((error: unknown) => {
      this.#terminal.note(`! ${toFailure(error).message}`);
    });
  }

  async #handle(line: string): Promise<void> {
    const entered = readEntered(line);
    if (!this.#chat) return;
    switch (entered.kind) {
      case 'nothing':
        return;
      case 'text':
        return void this.#client.store.send(this.#chat.id, entered.text);
      case 'unknown':
        return this.#terminal.note(
          `* There is no ${entered.word}; //… sends a text that begins with a slash`,
        );
      case 'command':
        return this.#obey(entered.command, { chat: this.#chat, argument: entered.argument });
    }
  }

  async #obey(
    command: Command,
    { chat, argument }: { readonly chat: Chat; readonly argument: string },
  ): Promise<void> {
    switch (command) {
      case '/help':
        for (const line of help) this.#terminal.note(line);
        return;
      case '/who':
        return this.#who(chat);
      case '/people':
        return this.#people();
      case '/with':
        return this.#switchTo(argument);
      case '/reply':
      case '/edit':
      case '/delete':
      case '/react':
        return changeLast(this.#client.store, { chat, command, argument });
      case '/retry':
      case '/discard':
        return this.#settle(command);
      case '/quit':
        return this.#end();
    }
  }

  #who(chat: Chat): void {
    const participant = faceOf(chat);
    const { me, online, connection } = this.#client.store.getSnapshot();
    const state = online.has(participant.id) ? 'online' : 'offline';
    this.#terminal.note(
      `* You are ${me?.name} (${connection.status}), talking to ${participant.name} (${state})`,
    );
  }

  async #people(): Promise<void> {
    const { online } = this.#client.store.getSnapshot();
    for (const { id, name } of await listPeople(this.#client)) {
      this.#terminal.note(`* ${online.has(id) ? '●' : '○'} ${name}`);
    }
  }

  async #switchTo(name: string): Promise<void> {
    if (name === '') return this.#terminal.note('* With whom? /with NAME');
    await this.#talkTo(await findPerson(this.#search, name));
  }

  #settle(command: '/retry' | '/discard'): void {
    const { store } = this.#client;
    for (const { clientId, failure } of store.getSnapshot().outbox) {
      if (failure) store[command === '/retry' ? 'retry' : 'discard'](clientId);
    }
  }

  /** For the end of the input: waits until everything queued is sent or refused. */
  async #leave(): Promise<void> {
    await this.#client.store.when(({ outbox }) => outbox.every(({ failure }) => failure));
    this.#end();
  }
}
