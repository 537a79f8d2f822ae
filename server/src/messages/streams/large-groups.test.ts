import { limits, type MessageEvent } from '@whisper/shared';
import { randomUUID } from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { collect, openGroup, startTestServer, type TestClient } from '../../testing/index.ts';

const textsOf = (items: readonly { data: MessageEvent }[]) =>
  items.flatMap(({ data }) => ('message' in data ? [data.message.text] : []));

it('a group that grows large stays with the streams of all chats, by one publication for all of them', async () => {
  await using server = await startTestServer();
  const small = Array.from({ length: limits.smallChatMax }, (_, n) => `p${n}`);
  const { people, chat } = await openGroup(server, 'owner', ...small.slice(1));
  const [owner, member] = people as [TestClient, TestClient];
  const late = await server.signIn('late');
  const send = (text: string) =>
    owner.api.message.send.mutate({ chatId: chat.id, text, clientId: randomUUID() });
  const watch = ({ api }: TestClient) =>
    collect<{ data: MessageEvent }>((on) => api.message.onEvent.subscribe({}, on));
  const streams = [owner, member, late].map(watch);
  await Promise.all(streams.map((each) => each.until(({ length }) => length > 0)));

  await send('small');
  await owner.api.chat.addMembers.mutate({ chatId: chat.id, userIds: [late.me.id] });
  const spies = server.apps.map(({ broker }) => vi.spyOn(broker, 'publish'));
  await send('large');
  // Of the chat's own stream, and of all others.
  const published = spies.flatMap(({ mock }) => mock.calls.map(([{ name }]) => name));
  expect(published.filter((name) => name.startsWith('messages:'))).toHaveLength(2);
  for (const spy of spies) spy.mockRestore();
  await owner.api.chat.removeMember.mutate({ chatId: chat.id, userId: late.me.id });
  await send('without the late one');
  await owner.api.chat.addMembers.mutate({ chatId: chat.id, userIds: [late.me.id] });
  await send('the end');

  for (const each of streams) await each.until((items) => textsOf(items).includes('the end'));
  const said = [
    'small',
    'owner added late',
    'large',
    'owner removed late',
    'without the late one',
    'owner added late',
    'the end',
  ];
  for (const each of streams.slice(0, 2)) expect(textsOf(each.items)).toEqual(said);
  for (const each of streams) each.stop();

  const anew = [owner, member, late].map(watch);
  await Promise.all(anew.map((each) => each.until(({ length }) => length > 0)));
  await send('still here');
  for (const each of anew) {
    await each.until((items) => textsOf(items).includes('still here'));
    each.stop();
  }

  const last = await server.signIn('last');
  const lasts = watch(last);
  await lasts.until(({ length }) => length > 0);
  const memberIds = [...people.slice(1), late, last].map(({ me }) => me.id);
  await owner.api.chat.createGroup.mutate({ name: 'All', memberIds, clientId: randomUUID() });
  const added = 'owner added p1, p2, p3 and 30 more';
  // Who is not among those that it names hears of it all the same.
  const heard = await lasts.until((items) => textsOf(items).includes(added));
  expect(textsOf(heard)).toEqual(['owner created the group “All”', added]);
  const { system } = (await last.api.chat.list.query({})).chats[0]?.lastMessage ?? {};
  expect(system).toMatchObject({ users: { length: limits.addedNamedMax }, more: 1 });
});
