import { createWhisperClient, devTokens, type WhisperClient } from '@whisper/client/node';
import type { ChatId } from '@whisper/shared';

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
