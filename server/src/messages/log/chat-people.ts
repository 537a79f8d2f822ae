import { ClientIdSchema, type ChatId, type ClientId, type UserId } from '@whisper/shared';
import type { Connection as Database } from 'mongoose';
import { Types } from 'mongoose';
import { randomUUID } from 'node:crypto';
import type { ChangeGroup } from '../../chats/deps.ts';
import { audienceAt, type Group, type LoggedChange } from '../../chats/group-change.ts';
import { may, readOnlyNow, tooSoon } from '../../chats/policy.ts';
import { publishChange } from '../../chats/publish-change.ts';
import { isStored, readGroup, storeChange } from '../../chats/store-change.ts';
import { blockedByMe } from '../../chats/part-ways.ts';
import { chatNotFound } from '../../chats/require-participant.ts';
import type { Draft } from './insert-queue.ts';
import type { LogDeps } from './log-deps.ts';
import type { Audience } from './message-events.ts';
import { messageModel, type MessageDoc } from './message.model.ts';
import { findLastSentAt, findSent } from './read-log.ts';

/** Who is in a chat, as far as its log has been read by the one who writes it. */
export interface ChatPeople {
  /** Where a sender's own mark is kept: with the chat, or with what the chat is to them. */
  readonly keeps: 'inChat' | 'inMember';
  /** Who may receive what bears this number. */
  audienceAt(rev: number): Audience;
  has(userId: UserId): boolean;
  /** Those who are not to see what the person does. Throws when the person wants to see nothing of them either. */
  findIgnoring(by: UserId): Promise<readonly UserId[]>;
  /** Throws when the person may not send a message now. */
  requireMaySend(sending: Sending): Promise<void>;
  /** Reads what other processes changed. Called when the end of the log was read, and before somebody is refused. */
  refresh(): Promise<void>;
}

/** Who sends what, and when they sent last in the same batch, if they did. */
export type Sending = {
  readonly userId: UserId;
  readonly clientId: ClientId;
  readonly now: number;
  readonly justSentAt: number | undefined;
};

/** Two people, for ever, of whom one may block the other. */
export class DirectPeople implements ChatPeople {
  readonly keeps = 'inChat';
  readonly #deps: Pick<LogDeps, 'blocks' | 'broker'>;
  readonly #audience: Audience;

  constructor(deps: Pick<LogDeps, 'blocks' | 'broker'>, participants: readonly UserId[]) {
    this.#deps = deps;
    this.#audience = { participants, isLarge: false };
  }

  /** Another process may know of a block of which this one has not heard yet. */
  async findIgnoring(by: UserId): Promise<readonly UserId[]> {
    const { blocks, broker } = this.#deps;
    const { participants } = this.#audience;
    const asked = { userId: by, among: participants };
    const { blocked, blockedBy } = await (broker.isShared ? blocks.readAmong(asked) : blocks.of(by));
    if (participants.some((userId) => blocked.has(userId))) throw blockedByMe();
    return participants.filter((userId) => blockedBy.has(userId));
  }

  audienceAt(): Audience {
    return this.#audience;
  }

  has(userId: UserId): boolean {
    return this.#audience.participants.includes(userId);
  }

  requireMaySend(): Promise<void> {
    return Promise.resolve();
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }
}

type Deps = Pick<LogDeps, 'db' | 'broker' | 'clock'>;

/** A change is applied right after it was logged; by somebody else, when whoever logged it died or the database refused it. */
const lateMs = 2_000;

/**
 * The people of a group. Its log is the truth: the system messages in it, each applied in its turn to the documents by which
 * everyone else knows who may read. Nothing is written to the log before those are as it says, so that whoever is found in
 * them after reading was in the group when what was read was written.
 */
export class GroupPeople implements ChatPeople {
  readonly keeps = 'inMember';
  readonly #deps: Deps;
  readonly #chatId: ChatId;
  #group: Group | undefined;

  constructor(deps: Deps, chatId: ChatId) {
    this.#deps = deps;
    this.#chatId = chatId;
  }

  get group(): Group {
    if (!this.#group) throw new TypeError('The group was not read yet');
    return this.#group;
  }

  audienceAt(rev: number): Audience {
    return { participants: audienceAt(this.group, rev), isLarge: this.group.isLarge };
  }

  has(userId: UserId): boolean {
    return this.group.roles.has(userId);
  }

  /** In a group everybody sees what everybody does: each person's own devices leave out whom they block. */
  findIgnoring(): Promise<readonly UserId[]> {
    return Promise.resolve([]);
  }

  /** What was sent already is answered, whatever the rules have become. */
  async requireMaySend({ userId, clientId, now, justSentAt }: Sending): Promise<void> {
    if (this.#mayAtOnce(userId)) return;
    const { db } = this.#deps;
    if (await findSent(db, userId, clientId)) return;
    // Another process may have changed the rules.
    await this.refresh();
    if (this.#mayAtOnce(userId)) return;
    const { readOnly, slowModeSeconds } = this.group;
    if (readOnly) throw readOnlyNow();
    const sentAt = justSentAt ?? (await findLastSentAt(db, this.#chatId, userId));
    const retryAfterMs = sentAt === undefined ? 0 : sentAt + slowModeSeconds * 1_000 - now;
    if (retryAfterMs > 0) throw tooSoon(retryAfterMs);
  }

  #mayAtOnce(userId: UserId): boolean {
    const { roles, readOnly, slowModeSeconds } = this.group;
    const role = roles.get(userId) ?? 'member';
    const mustWait = slowModeSeconds > 0 && !may(role, 'writeAtOnce');
    return !mustWait && (!readOnly || may(role, 'write'));
  }

  async refresh(): Promise<void> {
    const { db } = this.#deps;
    this.#group ??= await readGroup(db, this.#chatId);
    if (!this.#group) throw chatNotFound();
    await this.apply(await readChanges(db, this.#group));
  }

  /** Applies the changes that follow what is known. When that fails, it is done by the next `refresh`. */
  async apply(changes: readonly LoggedChange[]): Promise<void> {
    for (const change of changes) {
      const told = await this.#inTime(change);
      this.#group = await storeChange(this.#deps.db, this.group, told);
      publishChange(this.#deps.broker, this.group, told);
    }
  }

  /**
   * Whoever comes back asks for what happened since they were last told: what is late happens now, the message that does it
   * included. Said before it is applied, which says that this was done.
   */
  async #inTime(logged: LoggedChange): Promise<LoggedChange> {
    const { db, clock } = this.#deps;
    const at = new Date(clock.now());
    if (at.getTime() - logged.at.getTime() < lateMs || (await isStored(db, this.group, logged)))
      return logged;
    const whose = { chat: new Types.ObjectId(this.#chatId), systemRev: logged.rev };
    await messageModel(db).updateOne(whose, { $max: { changedAt: at } }, { timestamps: false });
    return { ...logged, at, isLate: true };
  }
}

async function readChanges(db: Database, { chatId, rev }: Group): Promise<LoggedChange[]> {
  const docs = await messageModel(db)
    .find({ chat: new Types.ObjectId(chatId), systemRev: { $gt: rev } })
    .sort({ systemRev: 1 })
    .lean();
  return docs.flatMap(toLoggedChange);
}

/** Nothing for a message that is not a system message. */
export function toLoggedChange({ system, sender, seq, rev, createdAt }: MessageDoc): LoggedChange[] {
  if (!system) return [];
  return [{ change: system, by: sender.toHexString() as UserId, seq, rev, at: createdAt, isLate: false }];
}

/** The system messages that do what is planned for the group as all processes have made it. Throws what the plan throws. */
export async function planDrafts(people: GroupPeople, { by, plan }: ChangeGroup): Promise<Draft[]> {
  await people.refresh();
  const { group } = people;
  return plan(group).map((system) => ({
    chatId: group.chatId,
    sender: by,
    system,
    clientId: ClientIdSchema.parse(randomUUID()),
    text: '',
    replyTo: null,
    forwardedFrom: null,
    mentions: [],
    attachments: [],
  }));
}
