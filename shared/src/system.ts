import { z } from 'zod';
import { limits } from './limits.ts';
import { RoleSchema } from './roles.ts';
import type { UserId } from './ids.ts';
import { UserSchema, type User } from './users.ts';

/** What somebody did to a group. It has a place and a number in the log like any message, so all hear of it in the same order. */
export const SystemSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('created'), name: z.string() }),
  z.object({
    type: z.literal('memberAdded'),
    users: z.array(UserSchema).min(1).describe(`At most ${limits.addedNamedMax} of them.`),
    more: z.int().min(1).optional().describe('How many were added besides.'),
  }),
  z.object({ type: z.literal('memberJoined') }).describe('The sender came by an invitation.'),
  z.object({ type: z.literal('memberRemoved'), user: UserSchema }),
  z.object({ type: z.literal('memberLeft') }),
  z.object({ type: z.literal('roleChanged'), user: UserSchema, role: RoleSchema }),
  z.object({ type: z.literal('renamed'), name: z.string() }),
  z.object({ type: z.literal('avatarChanged'), avatar: z.string().nullable() }),
  z.object({ type: z.literal('historyChanged'), historyVisible: z.boolean() }),
  z.object({ type: z.literal('slowModeChanged'), slowModeSeconds: z.int().min(0) }),
  z.object({ type: z.literal('readOnlyChanged'), readOnly: z.boolean() }),
  z
    .object({ type: z.literal('retentionChanged'), retentionDays: z.int().min(1).nullable() })
    .describe('Null: messages are kept as long as the server keeps them.'),
]);
export type System = z.infer<typeof SystemSchema>;

/** The same as a sentence, for whoever has no words of their own. */
export function describeSystem(system: System, { name: who }: Pick<User, 'name'>): string {
  switch (system.type) {
    case 'created':
      return `${who} created the group “${system.name}”`;
    case 'memberAdded':
      return `${who} added ${listNames(system.users, system.more)}`;
    case 'memberJoined':
      return `${who} joined by an invitation`;
    case 'memberRemoved':
      return `${who} removed ${system.user.name}`;
    case 'memberLeft':
      return `${who} left`;
    case 'roleChanged':
      return `${who} made ${system.user.name} ${system.role === 'member' ? 'a member' : `an ${system.role}`}`;
    case 'renamed':
      return `${who} renamed the group to “${system.name}”`;
    case 'avatarChanged':
      return `${who} changed the picture of the group`;
    case 'historyChanged':
      return system.historyVisible
        ? `${who} lets new members see what was written before`
        : `${who} hides from new members what was written before`;
    case 'slowModeChanged':
      return system.slowModeSeconds > 0
        ? `${who} lets members write once in ${describeSeconds(system.slowModeSeconds)}`
        : `${who} lets members write as often as they like`;
    case 'readOnlyChanged':
      return system.readOnly ? `${who} lets only owners and admins write` : `${who} lets everybody write`;
    case 'retentionChanged':
      return system.retentionDays === null
        ? `${who} no longer has old messages deleted`
        : `${who} has messages deleted after ${describeSeconds(system.retentionDays * 86_400)}`;
  }
}

/** Whom it names besides its maker. */
export function peopleIn(system: System): readonly User[] {
  if ('users' in system) return system.users;
  return 'user' in system ? [system.user] : [];
}

/** The same with other words for those people. */
export function withPeople(system: System, nameOf: (user: User) => User): System {
  if ('users' in system) return { ...system, users: system.users.map(nameOf) };
  return 'user' in system ? { ...system, user: nameOf(system.user) } : system;
}

type Change = { readonly system: System | null; readonly sender: User };

/** Whom a message names as being in the group from now on, besides its maker. */
export function whoComes({ system, sender }: Change): readonly User[] {
  switch (system?.type) {
    case 'memberAdded':
      return system.users;
    case 'memberJoined':
      return [sender];
    case 'created':
    case 'memberRemoved':
    case 'memberLeft':
    case 'roleChanged':
    case 'renamed':
    case 'avatarChanged':
    case 'historyChanged':
    case 'slowModeChanged':
    case 'readOnlyChanged':
    case 'retentionChanged':
    case undefined:
      return [];
  }
  return system satisfies never;
}

/** Whether a message may say of a person that they are in the group from now on: of many it does not name all. */
export function mayBringIn({ system, sender }: Change, userId: UserId): boolean {
  const isUnnamed = system?.type === 'memberAdded' && system.more !== undefined;
  return isUnnamed || whoComes({ system, sender }).some(({ id }) => id === userId);
}

/** Whom it says not to be in the group any more. */
export function whoGoes({ system, sender }: Change): readonly User[] {
  switch (system?.type) {
    case 'memberRemoved':
      return [system.user];
    case 'memberLeft':
      return [sender];
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
    case undefined:
      return [];
  }
  return system satisfies never;
}

const namesMax = 3;

function listNames(users: readonly User[], unnamed = 0): string {
  const shown = users.slice(0, namesMax).map(({ name }) => name);
  const more = users.length - shown.length + unnamed;
  const [last, ...before] = more > 0 ? [`${more} more`, ...shown.toReversed()] : shown.toReversed();
  return before.length > 0 ? `${before.toReversed().join(', ')} and ${last}` : `${last}`;
}

const units = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const;

/** A length of time in the largest unit that names it whole: "30 seconds", "an hour" is "1 hour". */
export function describeSeconds(seconds: number): string {
  const [size, unit] = units.find(([each]) => seconds % each === 0) ?? [1, 'second'];
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
