import { expect, it } from 'vitest';
import { hintsFrom, noPicks, picksFor, type Picks } from './picks.ts';

const direct = { id: 'd', label: 'bob', lastSeq: 3, isGroup: false, isManaged: false };
const theirs = { id: 'g1', label: 'Theirs', lastSeq: 2, isGroup: true, isManaged: false };
const mine = { id: 'g2', label: 'Mine', lastSeq: 1, isGroup: true, isManaged: true };
const people = ['bob', 'carol'].map((label) => ({ id: label, label }));

const picks: Picks = {
  ...noPicks,
  people,
  chats: [direct, theirs, mine],
  members: [
    { id: 'bob', label: 'bob', chatId: 'g2' },
    { id: 'carol', label: 'carol', chatId: 'g3' },
  ],
  invites: [
    { id: 'code-3', label: 'Another', chatId: 'g3' },
    { id: 'code-2', label: 'Mine', chatId: 'g2' },
  ],
};

it('offers groups alone where a direct chat is refused, first those in which everything may be done', () => {
  expect(picksFor('chat.update', picks).chats).toEqual([mine, theirs]);
  expect(picksFor('message.send', picks).chats).toEqual([direct, theirs, mine]);
});

it('offers the members and the invitations of the chosen group, and outsiders to be added', () => {
  const idsOf = (all: readonly { id: string }[]) => all.map(({ id }) => id);

  expect(idsOf(picksFor('chat.removeMember', picks).people)).toEqual(['bob']);
  expect(idsOf(picksFor('chat.removeMember', picks, 'g3').people)).toEqual(['carol']);
  expect(idsOf(picksFor('chat.addMembers', picks).people)).toEqual(['carol']);
  expect(idsOf(picksFor('chat.revokeInvite', picks, 'g3').invites)).toEqual(['code-3']);
  expect(idsOf(picksFor('chat.join', picks).invites)).toEqual(['code-3', 'code-2']);
});

it('suggests a device of the person where one is asked for', () => {
  const devices = [{ id: 'd1', label: 'Phone' }];
  expect(hintsFrom(picksFor('device.remove', { ...picks, devices }), 'bob')).toMatchObject({
    deviceId: 'd1',
  });
});

it('suggests the group, its members and its invitation together', () => {
  expect(hintsFrom(picksFor('chat.revokeInvite', picks), 'bob')).toMatchObject({
    chatId: 'g2',
    code: 'code-2',
  });
});
