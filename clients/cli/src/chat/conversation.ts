import { toFailure, type ChatSnapshot, type WhisperClient } from '@whisper/client/node';
import { faceOf, wordsOf, type Chat } from '@whisper/shared';
import { changeLast, requireText, theirLast } from './change-last.ts';
import { findDirect, findOrMakeGroup, listPeople, type Search } from './choose-chat.ts';
import { readEntered, type Command } from './entered-line.ts';
import { Finder } from './find.ts';
import { erase, exportTo } from './own-data.ts';
import { whenFreshOrKept } from './fresh-or-kept.ts';
import { Narrator } from './narrator.ts';
import { watchGroups } from './notices.ts';
import { sendFile } from './send-file.ts';
import { Sending } from './sending.ts';
import type { Terminal } from './terminal.ts';
import { ToldFiles } from './told-files.ts';
import { describeWho } from './who.ts';

const help = [
  '* /who       who you are, who is in this chat, and who has read your last message',
  '* /people    who is there                           /with NAME   talk to somebody else',
  '* /group     your groups                            /group NAME  go to one of them',
  '* /group NAME: PERSON, PERSON                        make one and go there',
  '* /find WORDS  messages of all your chats that hold them; /find alone goes further back',
  '* /send FILE WORDS  send a file, of which "A FILE" may have blanks; /pause and /resume for all on their way',
  '* /link N    a new link to file [N]: one lives about half an hour; /link alone, to the last file',
  '* /reply TEXT  answer their last message          /react EMOJI  react to it',
  '* /edit TEXT   give your last message another text  /delete       delete it',
  '* /block     neither of you hears of the other any more; /unblock ends it',
  '* /report TEXT  show moderators this chat, and say why; /report 1 TEXT  their last message, 2 the one before',
  '* /retry     send again what the server refused      /discard  throw it away',
  '* /export FILE  save everything that is yours as a ZIP file',
  '* /erase     delete your account and everything of yours',
  '* /quit      leave; what is unsent is kept',
  '* Anything else is sent. Of two slashes in front the first is left out: //who sends /who.',
];

/** One person at a keyboard, or a script, talking to one other, or to a group, at a time. */
export class Conversation implements Disposable {
  readonly #search: Search;
  readonly #client: WhisperClient;
  readonly #terminal: Terminal;
  readonly #files: ToldFiles;
  readonly #finder: Finder;
  readonly #sending: Sending;
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
    this.#files = new ToldFiles(search.url);
    this.#finder = new Finder(search.client.store, this.#files);
    this.#sending = new Sending(search.client.store, (text) => terminal.status(text));
  }

  async start(chat: Chat): Promise<void> {
    await this.#goTo(chat);
    const { store } = this.#client;
    this.#stops.push(
      store.subscribe(() => this.#update()),
      store.subscribe(() => this.#sending.update()),
      watchGroups(this.#search),
      () => this.#sending[Symbol.dispose](),
    );
    this.#terminal.listen({
      onLine: (line) => this.#take(() => this.#handle(line)),
      onKey: (text) => {
        if (this.#chat) store.setTyping(this.#chat.id, readEntered(text).kind === 'text');
      },
      // A script has nobody to say it again, so it leaves nothing unsent.
      onEnd: () => (this.#terminal.isScreen ? this.#end() : this.#take(() => this.#leave())),
    });
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  async #goTo(chat: Chat): Promise<void> {
    const { store } = this.#client;
    await whenFreshOrKept(store, {
      fresh: store.openChat(chat.id),
      isKept: ({ open }) => open.get(chat.id)?.status === 'ready',
    });
    const snapshot = store.getSnapshot();
    this.#terminal.note(`* Talking ${describePlace(chat, snapshot)}. /help for more.`);
    this.#chat = chat;
    const narrator = new Narrator(chat, snapshot, this.#files);
    this.#narrator = narrator;
    if (chat.kind === 'group') void this.#learnNames(chat, narrator);
    this.#update();
  }

  /** For reactions of those who have not written lately. Without it they are somebody. */
  async #learnNames({ id }: Chat, narrator: Narrator): Promise<void> {
    const page = await this.#client.api.chat.members.query({ chatId: id }).catch(() => undefined);
    narrator.learn(page?.members.map(({ user }) => user) ?? []);
  }

  #update(): void {
    const snapshot = this.#client.store.getSnapshot();
    if (snapshot.connection.status === 'refused') return this.#end();
    if (!this.#chat || !this.#narrator) return;
    const lines = this.#narrator.tell(snapshot);
    for (const { kind, text, link } of lines) {
      if (kind === 'note') this.#terminal.note(text, link);
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
        return void this.#client.store.send(this.#chat.id, requireText(entered.text));
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
      case '/group':
        return this.#group(argument);
      case '/find':
        for (const line of await this.#finder.find(argument)) this.#terminal.note(line);
        return;
      case '/send':
        return sendFile(this.#client.store, chat.id, argument);
      case '/link':
        return this.#link(argument);
      case '/pause':
        return this.#sending.pause();
      case '/resume':
        return this.#sending.resume();
      case '/reply':
      case '/edit':
      case '/delete':
      case '/react':
        return changeLast(this.#client.store, { chat, command, argument });
      case '/block':
      case '/unblock':
        return this.#block(chat, command);
      case '/report':
        return this.#report(chat, argument);
      case '/retry':
      case '/discard':
        return this.#settle(command);
      case '/export':
        return this.#terminal.note(await exportTo(this.#client, { url: this.#search.url, file: argument }));
      case '/erase':
        return this.#terminal.note(await erase(this.#client, { url: this.#search.url, typed: argument }));
      case '/quit':
        return this.#end();
    }
  }

  async #who(chat: Chat): Promise<void> {
    const { chats } = this.#client.store.getSnapshot();
    const now = chats.find(({ id }) => id === chat.id) ?? chat;
    for (const line of await describeWho(this.#client, now)) this.#terminal.note(line);
  }

  async #people(): Promise<void> {
    const { online } = this.#client.store.getSnapshot();
    for (const { id, name } of await listPeople(this.#client)) {
      this.#terminal.note(`* ${online.has(id) ? '●' : '○'} ${name}`);
    }
  }

  async #switchTo(name: string): Promise<void> {
    if (name === '') return this.#terminal.note('* With whom? /with NAME');
    await this.#goTo(await findDirect(this.#search, name));
  }

  async #group(description: string): Promise<void> {
    if (description !== '') return this.#goTo(await findOrMakeGroup(this.#search, description));
    const groups = this.#client.store.getSnapshot().chats.filter(({ kind }) => kind === 'group');
    if (groups.length === 0) this.#terminal.note('* You are in no group yet');
    for (const group of groups) {
      this.#terminal.note(`* ${faceOf(group).name}${group.unread > 0 ? ` (${group.unread} unread)` : ''}`);
    }
  }

  async #link(number: string): Promise<void> {
    const { text, link } = await this.#files.link(this.#client.api, number);
    this.#terminal.note(text, link);
  }

  async #block(chat: Chat, command: '/block' | '/unblock'): Promise<void> {
    if (chat.kind === 'group')
      return this.#terminal.note('* In a group nobody can be blocked; talk to them first');
    const { store } = this.#client;
    const { id, name } = chat.participant;
    await (command === '/block' ? store.block(id) : store.unblock(id));
    this.#terminal.note(command === '/block' ? `* You block ${name}` : `* You do not block ${name} any more`);
  }

  async #report(chat: Chat, argument: string): Promise<void> {
    const { api, store } = this.#client;
    const [, number, text = ''] = /^(?:([1-9]\d*)(?:\s+|$))?(.*)$/s.exec(argument) ?? [];
    const message = number && theirLast(store, chat, Number(number) - 1);
    const subject = message ? { messageId: message.id } : { chatId: chat.id };
    await api.report.create.mutate({ ...subject, reason: 'other', text });
    const what = message ? `“${wordsOf(message)}” of ${message.sender.name}` : 'it';
    this.#terminal.note(`* Moderators will look at ${what}`);
  }

  #settle(command: '/retry' | '/discard'): void {
    const { store } = this.#client;
    for (const { clientId, failure } of store.getSnapshot().outbox) {
      if (failure) store[command === '/retry' ? 'retry' : 'discard'](clientId);
    }
  }

  /** For the end of the input: waits until everything queued is sent or refused. */
  async #leave(): Promise<void> {
    this.#sending.resume();
    await this.#client.store.when(({ outbox }) => outbox.every(({ failure }) => failure));
    this.#end();
  }
}

function describePlace(chat: Chat, { online, isSynced }: ChatSnapshot): string {
  if (chat.kind === 'group') return `in ${chat.name} (${chat.memberCount} people)`;
  const { id, name } = chat.participant;
  return isSynced ? `to ${name} (${online.has(id) ? 'online' : 'offline'})` : `to ${name}`;
}
