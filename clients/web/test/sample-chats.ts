import { createWhisperClient, devTokens, type WhisperClient } from '@whisper/client/node';
import type { ChatId, MessageId, UserId } from '@whisper/shared';

/** A person of the local issuer, with a client of their own. */
export async function signInClient(url: string, name: string): Promise<WhisperClient> {
  const client = createWhisperClient({ url, getToken: devTokens(url, name) });
  await client.store.when(({ isSynced }) => isSynced);
  return client;
}

const talk: readonly (readonly [who: 'alice' | 'bob', text: string])[] = [
  ['bob', 'Morning! Did you get the draft?'],
  ['alice', 'I did. Read it on the train this morning, twice.'],
  ['alice', 'The second half is much better than the first 🙂'],
  ['bob', 'Ha. Fair. The first half was written at 2 am.'],
  [
    'bob',
    'Here is the part I am unsure about: https://example.org/drafts/whisper?part=2#tone (second paragraph).',
  ],
  [
    'alice',
    'The loop? I would write it like this:\n```ts\nfor (const line of lines) {\n  if (line.startsWith("#")) continue; // a comment, and a rather long one, so that it has to scroll\n  yield parse(line);\n}\n```\nand drop `parseAll` altogether.',
  ],
  ['bob', 'Oh nice'],
  ['bob', '🎉'],
  ['alice', 'مرحبا، هذا سطر من اليمين إلى اليسار\nand a line from left to right'],
  [
    'bob',
    'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftundnochvielmehrohneeineneinzigenzwischenraum',
  ],
  ['alice', '<img src=x onerror=alert(1)> <b>not bold</b>'],
  [
    'bob',
    '> <b>not bold</b>\nBut **this** is, and _this_ leans. What is left:\n- the *second* half\n  - its title\n- [the notes](https://example.org/notes)\n\n1. read\n2. print',
  ],
  [
    'bob',
    'Lunch at one? I know a place with a garden, ten minutes from the station. They have that soup you liked, and it is quiet enough to talk about the rest of the draft without shouting.',
  ],
  ['alice', 'Yes. One is good.'],
];

/** Fills a server with conversations of alice as the screenshots show them. Answers alice's chat with bob. */
export async function fillWithSamples(url: string): Promise<ChatId> {
  using alice = await signInClient(url, 'alice');
  using bob = await signInClient(url, 'bob');
  using carol = await signInClient(url, 'carol');
  for (const name of ['dave', 'erin', 'Maximiliane von und zu Hohenstein-Weser', 'Žofie Nováková'])
    (await signInClient(url, name)).close();
  const meBob = bob.store.getSnapshot().me;
  const meAlice = alice.store.getSnapshot().me;
  if (!meBob || !meAlice) throw new Error('Nobody is signed in');
  const chat = await alice.store.openDirect(meBob.id);
  for (const [who, text] of talk) {
    const client = who === 'alice' ? alice : bob;
    client.store.send(chat.id, text);
    await client.store.when(({ outbox }) => outbox.length === 0);
  }
  alice.store.markRead(chat.id);
  const other = await carol.store.openDirect(meAlice.id);
  for (const text of [
    'Are you coming on Friday?',
    'We start at seven',
    'Bring the projector if you still have it, please, the one here is broken again',
  ]) {
    carol.store.send(other.id, text);
  }
  await carol.store.when(({ outbox }) => outbox.length === 0);
  return chat.id;
}

/** A conversation of alice with dave in which everything happened that can happen to a message. */
export async function fillWithChanges(url: string): Promise<ChatId> {
  using alice = await signInClient(url, 'alice');
  using dave = await signInClient(url, 'dave');
  using carol = await signInClient(url, 'carol');
  const idOf = async ({ api }: WhisperClient) => (await api.auth.me.query()).id;
  const chat = await alice.api.chat.openDirect.mutate({ userId: await idOf(dave) });
  const other = await carol.api.chat.openDirect.mutate({ userId: await idOf(alice) });
  const say = ({ api }: WhisperClient, text: string, more: { chatId?: ChatId; replyTo?: MessageId } = {}) =>
    api.message.send.mutate({ chatId: chat.id, text, clientId: crypto.randomUUID(), ...more });

  const plan = await say(dave, 'The train leaves at 9:12 from platform four');
  await dave.api.message.pin.mutate({ messageId: plan.id, on: true });
  const wrong = await say(alice, 'I will be there at nine');
  await alice.api.message.edit.mutate({ messageId: wrong.id, text: 'I will be there at ten to nine' });
  await say(dave, 'Perfect, and bring the tickets please', { replyTo: wrong.id });
  for (const { api } of [alice, dave]) await react(api, plan.id, '👍');
  await react(dave.api, plan.id, '🎉');
  const mistake = await say(alice, 'said by mistake');
  await alice.api.message.delete.mutate({ messageId: mistake.id, for: 'everyone' });
  await say(dave, 'What was that?', { replyTo: mistake.id });
  const news = await say(carol, 'The museum is closed on Mondays', { chatId: other.id });
  const forward = { messageId: news.id, toChatId: chat.id, clientId: crypto.randomUUID() };
  await alice.api.message.forward.mutate(forward);
  const heart = await say(alice, '❤️');
  await react(dave.api, heart.id, '😂');
  await dave.api.chat.markRead.mutate({ chatId: chat.id, seq: heart.seq });
  return chat.id;
}

/** A group of alice's with bob and carol, in which all of them spoke, and alice was meant. */
export async function fillWithGroup(url: string): Promise<ChatId> {
  using alice = await signInClient(url, 'alice');
  using bob = await signInClient(url, 'bob');
  using carol = await signInClient(url, 'carol');
  const [aliceId, ...memberIds] = await Promise.all(
    [alice, bob, carol].map(async ({ api }) => (await api.auth.me.query()).id),
  );
  const group = { name: 'Garden club', memberIds, clientId: crypto.randomUUID() };
  const { id: chatId } = await alice.api.chat.createGroup.mutate(group);
  const say = ({ api }: WhisperClient, text: string, mentions: UserId[] = []) =>
    api.message.send.mutate({ chatId, text, mentions, clientId: crypto.randomUUID() });
  await say(bob, 'Who brings a spade?');
  await say(bob, 'And gloves?');
  await say(alice, 'I do, both');
  await say(carol, '@alice you are the best', aliceId ? [aliceId] : []);
  return chatId;
}

function react({ message }: WhisperClient['api'], messageId: MessageId, emoji: string): Promise<unknown> {
  return message.react.mutate({ messageId, emoji, on: true });
}
