import { describeSystem, type Message, type System, type User, type UserId } from '@whisper/shared';

/** What somebody did to the group, as a sentence to the person who reads it; null for what somebody said. */
export function noticeOf({ system, sender }: Message, meId: UserId | undefined): string | null {
  if (system === null) return null;
  const you = <P extends User>(person: P, name: string): P =>
    person.id === meId ? { ...person, name } : person;
  return describeSystem(
    named(system, (user) => you(user, 'you')),
    you(sender, 'You'),
  );
}

function named(system: System, name: (user: User) => User): System {
  switch (system.type) {
    case 'memberAdded':
      return { ...system, users: system.users.map(name) };
    case 'memberRemoved':
    case 'roleChanged':
      return { ...system, user: name(system.user) };
    case 'created':
    case 'memberJoined':
    case 'memberLeft':
    case 'renamed':
    case 'avatarChanged':
    case 'historyChanged':
    case 'slowModeChanged':
    case 'readOnlyChanged':
    case 'retentionChanged':
      return system;
  }
  return system satisfies never;
}
