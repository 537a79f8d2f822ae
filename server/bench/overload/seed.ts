import { randomUUID } from 'node:crypto';
import { HttpCaller, issueToken } from './caller.ts';

const peopleCount = 3_000;
const longTexts = 300;
const attackers = 10;
const victimCount = 3;

export type Seeded = {
  /** People, each with a chat of long texts. */
  readonly chats: readonly (readonly [string, string])[];
  /** People, each with a chat of which no attacker knows. */
  readonly victims: readonly (readonly [string, string])[];
};

/** Fills a server without rate limits: many people, and chats with long texts in them. */
export async function seedGround(port: number): Promise<Seeded> {
  for (let from = 0; from < peopleCount; from += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, n) => signUp(port, `idle${from + n}`)));
  }
  const chats: [string, string][] = [];
  for (let n = 0; n < attackers; n += 1) {
    const name = `reader${n}`;
    const chatId = await openChat(port, name);
    chats.push([name, chatId]);
    await fill(port, { name, chatId, count: n === 0 ? longTexts : longTexts / 3, text: 'x'.repeat(8_000) });
  }
  const victims: [string, string][] = [];
  for (let n = 0; n < victimCount; n += 1) {
    const name = `victim${n}`;
    const chatId = await openChat(port, name);
    await fill(port, { name, chatId, count: 100, text: 'a message as people write them' });
    victims.push([name, chatId]);
  }
  return { chats, victims };
}

/** The id of a person who may be new. */
async function signUp(port: number, name: string): Promise<string> {
  const caller = new HttpCaller(port, await issueToken(port, name), 1);
  const { body } = await caller.query('auth.me', undefined);
  caller.close();
  return idIn(body);
}

async function openChat(port: number, name: string): Promise<string> {
  const userId = await signUp(port, `${name}-friend`);
  const caller = new HttpCaller(port, await issueToken(port, name), 1);
  const { body } = await caller.mutate('chat.openDirect', { userId });
  caller.close();
  return idIn(body);
}

type Filling = {
  readonly name: string;
  readonly chatId: string;
  readonly count: number;
  readonly text: string;
};

async function fill(port: number, { name, chatId, count, text }: Filling): Promise<void> {
  const caller = new HttpCaller(port, await issueToken(port, name), 10);
  await Promise.all(
    Array.from({ length: count }, () =>
      caller.mutate('message.send', { chatId, text, clientId: randomUUID() }),
    ),
  );
  caller.close();
}

function idIn(body: string): string {
  const id = /"id":"([0-9a-f]{24})"/.exec(body)?.[1];
  if (!id) throw new Error(`There is no id in ${body.slice(0, 200)}`);
  return id;
}
