import { LegacyChatSchema, LegacyMeSchema, LegacyMessageListSchema } from '@whisper/shared/legacy';
import assert from 'node:assert/strict';
import type { WhisperServer } from '../../src/server.ts';
import { request } from '../../src/testing/legacy/legacy-client.ts';
import { LegacyTestSocket } from '../../src/testing/legacy/legacy-socket.ts';
import { runSmokeFlow } from '../../src/testing/legacy/smoke-flow.ts';
import { attack, type Spoils } from './attack.ts';
import { marker } from './hostile.ts';

type Siege = {
  readonly server: WhisperServer;
  readonly tokenFor: (name: string) => Promise<string>;
  readonly count: number;
  readonly seed: number;
};

/** Words of the database, of its driver and of our code, which no answer contains. */
const inside = /mongo|bson|cast to|e11000|\$ne|objectid|\bat .+:\d+:\d+|node_modules/i;

/**
 * Carol throws `count` hostile payloads at a server on which alice and bob have a secret. Throws unless the secret
 * stays theirs, no operator reaches the database, nothing is answered with 5xx or with words from inside, and
 * everything works afterwards.
 */
export async function withstand(siege: Siege): Promise<Spoils & { readonly commands: number }> {
  const { server, tokenFor, count, seed } = siege;
  const targets = await prepareTargets(siege);
  const secret = `secret-${seed}`;
  const watch = watchCommands(server);
  const [alice, bob] = await Promise.all([
    LegacyTestSocket.open(server.url, { token: await tokenFor('alice') }),
    LegacyTestSocket.open(server.url, { token: await tokenFor('bob') }),
  ]);
  const whisper = () =>
    alice.client.emitWithAck('send-message', { chatId: targets.foreignChatId, text: secret });

  await whisper();
  const spoils = await attack({ url: server.url, token: await tokenFor('carol'), count, seed, targets });
  await whisper();

  checkSpoils(spoils, secret);
  assert(watch.commands > 0, 'no command of the database was seen');
  assert.deepEqual(watch.planted, []);
  await bob.next('new-message', 2);
  assert.deepEqual([bob.all('new-message').length, bob.all('typing')], [2, []]);
  const history = await call(siege, 'bob', `GET /api/messages/chat/${targets.foreignChatId}`);
  const texts = LegacyMessageListSchema.parse(history).map(({ text }) => text);
  assert.deepEqual(texts, [secret, secret]);
  for (const socket of [alice, bob]) socket.close();
  await runSmokeFlow(server.url, { aliceToken: await tokenFor('dave'), bobToken: await tokenFor('erin') });
  return { ...spoils, commands: watch.commands };
}

async function call({ server, tokenFor }: Siege, name: string, line: string): Promise<unknown> {
  const { body } = await request(server.url, line, { authorization: `Bearer ${await tokenFor(name)}` });
  return body;
}

/** A chat of alice and bob, and one that carol has with alice. */
async function prepareTargets(siege: Siege) {
  const signIn = async (name: string) =>
    LegacyMeSchema.parse(await call(siege, name, 'POST /api/auth/callback'))._id;
  const openChat = async (name: string, userId: string) =>
    LegacyChatSchema.parse(await call(siege, name, `POST /api/chats/with/${userId}`))._id;
  const [alice, bob] = await Promise.all([signIn('alice'), signIn('bob')]);
  const [foreignChatId, ownChatId] = await Promise.all([openChat('alice', bob), openChat('carol', alice)]);
  return { foreignChatId, ownChatId, userId: alice };
}

function watchCommands({ app }: WhisperServer) {
  const watch = { commands: 0, planted: new Array<string>() };
  app.db.getClient().on('commandStarted', ({ command }) => {
    watch.commands += 1;
    if (hasPlantedOperator(command)) watch.planted.push(JSON.stringify(command));
  });
  return watch;
}

/** True when something the attacker sent stands below an operator of a database command. */
function hasPlantedOperator(value: unknown, isBelowOperator = false): boolean {
  if (typeof value === 'string') return isBelowOperator && value.includes(marker);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, each]) =>
    hasPlantedOperator(each, isBelowOperator || key.startsWith('$')),
  );
}

function checkSpoils({ seen, statuses }: Spoils, secret: string): void {
  const leaks = seen.filter((each) => each.includes(secret) || inside.test(withoutOwnWords(each)));
  assert.deepEqual(leaks, []);
  for (const status of statuses.keys()) assert(status < 500, `answered with ${status}`);
  assert.equal(Reflect.get({}, 'polluted'), undefined);
}

/** What the attacker wrote comes back to them in their own chat, which is no leak. */
function withoutOwnWords(answer: string): string {
  return answer.replace(/"(?:text|tempId)":"(?:[^"\\]|\\.)*"/g, '');
}

/** A database of that server whose driver tells of every command it sends. */
export function toWatchedUri(uri: string, database: string): string {
  const [address = '', query] = uri.split('?');
  const origin = /^mongodb(?:\+srv)?:\/\/[^/]+/.exec(address)?.[0] ?? address;
  return `${origin}/${database}?${query ? `${query}&` : ''}monitorCommands=true`;
}
