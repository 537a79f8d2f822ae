import type { UserId } from '@whisper/shared';
import type { Broker } from '../delivery/broker.ts';
import { cursorAt, publishContacts, publishMine, publishToPeople } from './publish-chat-events.ts';
import { comingBy, leavingBy, type Group, type LoggedChange } from './group-change.ts';

/** Tells everyone whom a change concerns, by the group as it is after it. */
export function publishChange(broker: Broker, group: Group, logged: LoggedChange): void {
  const { chatId, participants } = group;
  const { name, avatar, historyVisible, slowModeSeconds, readOnly, retentionDays } = group;
  const { change, at, rev } = logged;
  const id = cursorAt(broker, at, `${chatId}:${rev}`);
  const coming = comingBy(logged);
  const leaving = leavingBy(logged);
  publishContacts(broker, participants, [...coming.keys()]);
  publishToPeople(broker, [...coming.keys()], { data: { type: 'new', chatId }, id });
  if (leaving) publishToPeople(broker, [leaving], { data: { type: 'gone', chatId }, id });
  if (change.type === 'roleChanged') return publishMine(broker, change.userId, { chatId, at });
  const state = {
    ...{ name, avatar, historyVisible, slowModeSeconds, readOnly, retentionDays },
    memberCount: participants.length,
  };
  const others = participants.filter((userId: UserId) => !coming.has(userId));
  publishToPeople(broker, others, { data: { type: 'changed', chatId, group: state }, id });
}
