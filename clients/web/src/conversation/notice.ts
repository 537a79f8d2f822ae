import { describeSystem, withPeople, type Message, type User, type UserId } from '@whisper/shared';

/** What somebody did to the group, as a sentence to the person who reads it; null for what somebody said. */
export function noticeOf({ system, sender }: Message, meId: UserId | undefined): string | null {
  if (system === null) return null;
  const you = <P extends User>(person: P, name: string): P =>
    person.id === meId ? { ...person, name } : person;
  return describeSystem(
    withPeople(system, (user) => you(user, 'you')),
    you(sender, 'You'),
  );
}
