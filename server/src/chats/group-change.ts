import type { ChatId, Role, UserId } from '@whisper/shared';

/** What a system message does to a group, as it is stored with it. Who did it is the message's sender. */
export type GroupChange =
  | { readonly type: 'created'; readonly name: string }
  | { readonly type: 'memberAdded'; readonly userIds: readonly UserId[] }
  | { readonly type: 'memberJoined' }
  | { readonly type: 'memberRemoved'; readonly userId: UserId }
  | { readonly type: 'memberLeft' }
  | { readonly type: 'roleChanged'; readonly userId: UserId; readonly role: Role }
  | { readonly type: 'renamed'; readonly name: string }
  | { readonly type: 'avatarChanged'; readonly avatar: string | null }
  | { readonly type: 'historyChanged'; readonly historyVisible: boolean }
  | { readonly type: 'slowModeChanged'; readonly slowModeSeconds: number }
  | { readonly type: 'readOnlyChanged'; readonly readOnly: boolean }
  | { readonly type: 'retentionChanged'; readonly retentionDays: number | null };

/** A change with its place in the log. */
export type LoggedChange = {
  readonly change: GroupChange;
  readonly by: UserId;
  readonly seq: number;
  readonly rev: number;
  /** When it was logged; of one that is late, when it is applied. */
  readonly at: Date;
  /** Applied long after it was logged: whoever was away meanwhile looks for it at neither of the two times but between them. */
  readonly isLate: boolean;
};

/** A group after the system message with the number `rev`. */
export type Group = {
  readonly chatId: ChatId;
  readonly rev: number;
  readonly name: string;
  readonly avatar: string | null;
  readonly historyVisible: boolean;
  /** Between two messages of one member; 0 for none. */
  readonly slowModeSeconds: number;
  readonly readOnly: boolean;
  /** Null: messages are kept as long as the server keeps them. */
  readonly retentionDays: number | null;
  readonly isLarge: boolean;
  readonly roles: ReadonlyMap<UserId, Role>;
  /** The rev with which each of them came. */
  readonly joinedRevs: ReadonlyMap<UserId, number>;
  /** Who is in it; the same array until that changes. */
  readonly participants: readonly UserId[];
};

/**
 * What is to be done to a group as it is; nothing when it is so already. Throws when the person may not. Called again with the
 * group as it is then when somebody else changed it at the same moment.
 */
export type PlanChanges = (group: Group) => readonly GroupChange[];

/** Who may receive what bears a number: who was in the group then, and still is. */
export function audienceAt({ participants, joinedRevs }: Group, rev: number): readonly UserId[] {
  const wasIn = (userId: UserId) => (joinedRevs.get(userId) ?? 0) <= rev;
  // The same array wherever it can be: it is looked up once for all events that bear it.
  return participants.every(wasIn) ? participants : participants.filter(wasIn);
}

/** The people whom the change makes members, with their roles. */
export function comingBy({ change, by }: LoggedChange): ReadonlyMap<UserId, Role> {
  switch (change.type) {
    case 'created':
      return new Map([[by, 'owner']]);
    case 'memberAdded':
      return new Map(change.userIds.map((userId) => [userId, 'member']));
    case 'memberJoined':
      return new Map([[by, 'member']]);
    case 'memberRemoved':
    case 'memberLeft':
    case 'roleChanged':
    case 'renamed':
    case 'avatarChanged':
    case 'historyChanged':
    case 'slowModeChanged':
    case 'readOnlyChanged':
    case 'retentionChanged':
      return new Map();
  }
}

/** The person who is not in it any more after the change. */
export function leavingBy({ change, by }: LoggedChange): UserId | undefined {
  switch (change.type) {
    case 'memberRemoved':
      return change.userId;
    case 'memberLeft':
      return by;
    case 'created':
    case 'memberAdded':
    case 'memberJoined':
    case 'roleChanged':
    case 'renamed':
    case 'avatarChanged':
    case 'historyChanged':
    case 'slowModeChanged':
    case 'readOnlyChanged':
    case 'retentionChanged':
      return undefined;
  }
}

/** The group after a change that follows its state. */
export function withChange(group: Group, logged: LoggedChange): Group {
  const { change, rev } = logged;
  const next = { ...group, rev };
  switch (change.type) {
    case 'created':
      return withRoles({ ...next, name: change.name }, logged);
    case 'memberAdded':
    case 'memberJoined':
    case 'memberRemoved':
    case 'memberLeft':
      return withRoles(next, logged);
    case 'roleChanged':
      return { ...next, roles: new Map(group.roles).set(change.userId, change.role) };
    case 'renamed':
      return { ...next, name: change.name };
    case 'avatarChanged':
      return { ...next, avatar: change.avatar };
    case 'historyChanged':
      return { ...next, historyVisible: change.historyVisible };
    case 'slowModeChanged':
      return { ...next, slowModeSeconds: change.slowModeSeconds };
    case 'readOnlyChanged':
      return { ...next, readOnly: change.readOnly };
    case 'retentionChanged':
      return { ...next, retentionDays: change.retentionDays };
  }
}

function withRoles(group: Group, logged: LoggedChange): Group {
  const roles = new Map([...group.roles, ...comingBy(logged)]);
  const leaving = leavingBy(logged);
  if (leaving) roles.delete(leaving);
  const coming = [...comingBy(logged).keys()].map((userId) => [userId, logged.rev] as const);
  const joinedRevs = new Map([...group.joinedRevs, ...coming]);
  return { ...group, roles, joinedRevs, participants: [...roles.keys()] };
}
