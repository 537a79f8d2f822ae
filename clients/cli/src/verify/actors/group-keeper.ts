import type { WhisperApi } from '@whisper/client/node';
import type { ChatId, Role } from '@whisper/shared';
import type { Account, Comparison } from '../evidence.ts';
import { idOf, type Stage } from '../stage.ts';
import type { Actor } from './actor.ts';
import { createHttpApi } from './http-api.ts';
import { patiently } from './patiently.ts';

/**
 * Puts people out of the group and brings them back, makes them admins and takes that away, and has them leave: one after
 * the other, over plain HTTP, each until it is answered. It notes what they are then, which nobody else changes.
 */
export class GroupKeeper implements Actor {
  readonly name: string;
  readonly #stage: Stage;
  readonly #chatId: ChatId;
  readonly #apiOf: (person: string) => WhisperApi;
  readonly #roles = new Map<string, Role | 'out'>();
  #isChanging = false;

  constructor(url: string, stage: Stage, chatId: ChatId) {
    this.name = `${stage.keeper} (keeps the group)`;
    this.#stage = stage;
    this.#chatId = chatId;
    const apis = new Map(
      [...stage.people, stage.keeper].map((person) => [person, createHttpApi(url, person)]),
    );
    this.#apiOf = (person) => apis.get(person) ?? createHttpApi(url, person);
    for (const person of stage.people) this.#roles.set(person, 'member');
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  /** Changes what somebody is in the group, as the number says; nothing while the last change is under way. */
  administer(choice: number): void {
    const { people } = this.#stage;
    const person = people[choice % people.length];
    if (this.#isChanging || person === undefined) return;
    this.#isChanging = true;
    void this.#change(person, Math.floor(choice / people.length)).finally(() => {
      this.#isChanging = false;
    });
  }

  get isSending(): boolean {
    return this.#isChanging;
  }

  cut(): void {}

  stall(): void {}

  accounts(): Account[] {
    return [];
  }

  async compare(): Promise<Comparison[]> {
    const { chat } = this.#apiOf(this.#stage.keeper);
    const { members } = await chat.members.query({ chatId: this.#chatId });
    const stored = new Map(members.map(({ user, role }) => [user.id, role]));
    return [...this.#roles].map(([person, held]) => ({
      who: this.name,
      what: person,
      held,
      stored: stored.get(idOf(this.#stage.userIds, person)) ?? 'out',
    }));
  }

  close(): void {}

  async #change(person: string, choice: number): Promise<void> {
    const role = this.#roles.get(person);
    if (role === 'out') return this.#bring(person);
    if (choice % 3 === 0) return this.#put(person, role === 'admin' ? 'member' : 'admin');
    return choice % 3 === 1 ? this.#remove(person) : this.#leave(person);
  }

  async #bring(person: string): Promise<void> {
    const { chat } = this.#apiOf(this.#stage.keeper);
    const userIds = [idOf(this.#stage.userIds, person)];
    await patiently(() => chat.addMembers.mutate({ chatId: this.#chatId, userIds }));
    this.#roles.set(person, 'member');
  }

  async #put(person: string, role: Role): Promise<void> {
    const { chat } = this.#apiOf(this.#stage.keeper);
    const userId = idOf(this.#stage.userIds, person);
    await patiently(() => chat.setRole.mutate({ chatId: this.#chatId, userId, role }));
    this.#roles.set(person, role);
  }

  async #remove(person: string): Promise<void> {
    const { chat } = this.#apiOf(this.#stage.keeper);
    const userId = idOf(this.#stage.userIds, person);
    await patiently(() => chat.removeMember.mutate({ chatId: this.#chatId, userId }));
    this.#roles.set(person, 'out');
  }

  /** Whose first answer was lost hears that the group is not theirs any more. */
  async #leave(person: string): Promise<void> {
    const { chat } = this.#apiOf(person);
    await patiently(() => chat.leave.mutate({ chatId: this.#chatId }), ['NOT_FOUND']);
    this.#roles.set(person, 'out');
  }
}
