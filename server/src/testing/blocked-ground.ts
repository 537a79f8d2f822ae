import type { UserId } from '@whisper/shared';
import { collect, type Collector } from './collect.ts';
import type { ManualClock } from './manual-clock.ts';
import type { TestClient } from './test-client.ts';

/** What bob asks for names these. */
export type Ground = {
  readonly aliceId: UserId;
  readonly carolId: UserId;
  readonly chatId: string;
  readonly groupId: string;
  /** The groups that bob adds alice to. */
  readonly otherGroupId: string;
  readonly alices: string;
  readonly bobs: string;
  readonly code: string;
  /** Another each time. */
  readonly key: () => string;
};

type Told = { readonly data?: { readonly message?: { readonly id: string; readonly rev: number } } };

/** Of all chats a stream promises each chat's order and no other: what it told is compared as it was in the end. */
export function toTold(name: string, items: readonly unknown[]): readonly unknown[] {
  if (!/message.*[03]$/.test(name)) return items;
  const latest = new Map<string, { readonly id: string; readonly rev: number }>();
  for (const { data } of items as readonly Told[]) {
    const message = data?.message;
    if (message && message.rev >= (latest.get(message.id)?.rev ?? 0)) latest.set(message.id, message);
  }
  return byAge([...latest.values()]);
}

/** The ids of one process ascend. */
export function byAge<T extends { readonly id?: unknown; readonly _id?: unknown }>(
  messages: readonly T[],
): T[] {
  const idOf = ({ id, _id }: T) => String(id ?? _id);
  return messages.toSorted((one, other) => (idOf(one) < idOf(other) ? -1 : 1));
}

export const hasText = (text: string) => (items: readonly unknown[]) => JSON.stringify(items).includes(text);

export async function prepare(
  { alice, bob, carol }: Readonly<Record<'alice' | 'bob' | 'carol', TestClient>>,
  clock: ManualClock,
): Promise<Ground> {
  let count = 0;
  // Nothing happens at the same moment, so that lists have one order.
  const key = () => {
    clock.advance(1);
    return `key-${(count += 1)}`;
  };
  const group = async (name: string, members: readonly TestClient[]) => {
    const memberIds = members.map(({ me }) => me.id);
    return (await bob.api.chat.createGroup.mutate({ name, memberIds, clientId: key() })).id;
  };
  const groupId = await group('All', [alice, carol]);
  const otherGroupId = await group('Other', [carol]);
  const { id: chatId } = await bob.api.chat.openDirect.mutate({ userId: alice.me.id });
  const write = (by: TestClient, to: string, text: string) =>
    by.api.message.send.mutate({ chatId: to, text, clientId: key() });
  const bobs = await write(bob, chatId, 'hello alice');
  const alices = await write(alice, chatId, 'hello bob');
  await write(bob, chatId, 'how are you?');
  await write(bob, groupId, 'hello all');
  const { code } = await bob.api.chat.createInvite.mutate({ chatId: groupId });
  return {
    ...{ chatId, groupId, otherGroupId, code, key },
    aliceId: alice.me.id,
    carolId: carol.me.id,
    bobs: bobs.id,
    alices: alices.id,
  };
}

type Called = { readonly path: string; readonly type: 'query' | 'mutation'; readonly input: unknown };

export async function callPath(api: unknown, { path, type, input }: Called): Promise<unknown> {
  const at = path.split('.').reduce((found, name) => Reflect.get(Object(found), name), api);
  const call = Reflect.get(Object(at), type === 'query' ? 'query' : 'mutate') as (
    given: unknown,
  ) => Promise<unknown>;
  return call(input).catch((error: { message: string; data: unknown }) => ({
    refused: error.message,
    data: error.data,
  }));
}

export function follow(person: TestClient, path: string, input: unknown): Collector<unknown> {
  const at = path.split('.').reduce((found, name) => Reflect.get(Object(found), name), person.api as unknown);
  const subscribe = Reflect.get(Object(at), 'subscribe') as (
    given: unknown,
    on: object,
  ) => { unsubscribe(): void };
  return collect((on) => subscribe(input, on));
}

type Reading = {
  readonly token: string;
  readonly signal: AbortSignal;
  readonly onData: (data: unknown) => void;
};

export async function readEvents(url: string, { token, signal, onData }: Reading): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
  const { body } = await fetch(url, { headers, signal });
  let text = '';
  for await (const chunk of body ?? []) {
    const parts = (text + Buffer.from(chunk).toString()).split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const data = /^data: (\{.*)$/m.exec(part)?.[1];
      const id = /^id: (.*)$/m.exec(part)?.[1];
      if (data && data !== '{}' && !/^event:/m.test(part))
        onData({ id, data: (JSON.parse(data) as { json: unknown }).json });
    }
  }
}
