import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { RouterDescription } from '../src/wires/trpc/describe-router.ts';
import type { Known } from './hostile-calls.ts';
import type { Targets } from './legacy/hostile.ts';
import { issueToken, Person } from './person.ts';
import { Talk } from './talk.ts';
import type { Witness } from './witness.ts';

export const attackers = ['carol', 'dave'] as const;

export type Ground = {
  /** Alice and Bob attack nobody; Carol and Dave chat too, while they attack. */
  readonly talks: readonly Talk[];
  readonly known: Known;
  readonly targets: Targets;
} & AsyncDisposable;

/** People, their chats with a marker in every text, and what the attackers are told of all that. */
export async function prepareGround(url: string, witness: Witness): Promise<Ground> {
  witness.areBuilt = (await fetch(`${url}/`)).ok && (await fetch(`${url}/panel/`)).ok;
  const [alice, bob, carol, dave] = ['alice', 'bob', ...attackers].map((name) => new Person(url, name)) as [
    Person,
    Person,
    Person,
    Person,
  ];
  const people = [alice, bob, carol, dave];
  const me = await Promise.all(people.map(({ api }) => api.auth.me.query()));
  const open = async (one: Person, other: Person) => {
    const userId = me[people.indexOf(other)]?.id;
    if (!userId) throw new TypeError(`${other.name} has signed in`);
    const { id } = await one.api.chat.openDirect.mutate({ userId });
    const marker = `${one.name}-and-${other.name}-${randomUUID()}`;
    witness.protect(marker, [one.name, other.name]);
    await one.api.message.send.mutate({ chatId: id, text: `secret ${marker}`, clientId: randomUUID() });
    return { chatId: id, pair: [one, other] as const, marker };
  };
  const peaceful = await open(alice, bob);
  const attacking = await open(carol, dave);
  const halfForeign = await open(alice, carol);
  const ids = [peaceful, attacking, halfForeign].map(({ chatId }) => chatId);
  return {
    talks: [
      new Talk({ ...peaceful, url, witness, isPeaceful: true }),
      new Talk({ ...attacking, url, witness, isPeaceful: false }),
    ],
    known: {
      procedures: await describeProcedures(url),
      ids: [...ids, ...ids, ...me.map(({ id }) => id), '0'.repeat(24), 'f'.repeat(24)],
      cursors: await cursorsOf(alice),
      tokens: [await issueToken(url, 'carol'), 'a.b.c', ''],
    },
    targets: { foreignChatId: peaceful.chatId, ownChatId: attacking.chatId, userId: me[0]?.id ?? '' },
    async [Symbol.asyncDispose]() {
      await Promise.all(people.map((person) => person[Symbol.asyncDispose]()));
    },
  };
}

/** As the server itself describes them, from its router. */
async function describeProcedures(url: string): Promise<RouterDescription['procedures']> {
  const response = await fetch(`${url}/panel/api.json`);
  const { procedures } = z
    .object({ procedures: z.array(z.custom<RouterDescription['procedures'][number]>()).min(1) })
    .parse(await response.json());
  return procedures;
}

/** Cursors that are of use to their owner alone. */
async function cursorsOf({ api }: Person): Promise<string[]> {
  const chats = await api.chat.list.query({ limit: 1 });
  const users = await api.user.list.query({ limit: 1 });
  const moment = await new Promise<string>((resolve, reject) => {
    const stream = api.message.onEvent.subscribe(
      {},
      {
        onData: ({ id }) => {
          stream.unsubscribe();
          resolve(id);
        },
        onError: reject,
      },
    );
  });
  return [chats.nextCursor, users.nextCursor, moment].filter((cursor) => cursor !== null);
}
