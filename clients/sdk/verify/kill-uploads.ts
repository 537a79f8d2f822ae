import { countLeftFiles } from '@whisper/server/testing/left-files';
import { ServerProcess } from '@whisper/server/testing/server-process';
import { limits, type ChatId } from '@whisper/shared';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createWhisperClient, devTokens, type WhisperClient } from '../src/node.ts';
import { DeviceProcess } from './device-process.ts';
import type { DeviceLine } from './device-lines.ts';

/** What is killed in a round. */
export type Victim = 'server' | 'client' | 'both';

export type Outcome = {
  readonly rounds: number;
  /** Uploads that a kill met when some of their bytes had arrived. */
  readonly broken: number;
  /** Files that the device said it would send. */
  readonly kept: number;
  /** Of those, how many came in a message, with every byte. */
  readonly whole: number;
  /** Those whose device was killed before it said so. */
  readonly unkept: number;
  /** Messages beyond one for each file, and files that came with other bytes. */
  readonly doubled: number;
  readonly damaged: number;
  /** What was attached, and never sent. */
  readonly givenUp: number;
  /** Keys in the server's folder that no file in a message has, and files that have none, after collection. */
  readonly orphans: number;
  readonly missing: number;
};

const filesPerRound = 6;

/** Kills the server, a device or both in the middle of uploads, once for each of `victims`, and counts what became of the files. */
export async function killUploads(
  victims: readonly Victim[],
  onRound?: (round: number) => void,
): Promise<Outcome> {
  await using server = await ServerProcess.create();
  await server.start();
  const bob = createWhisperClient({ url: server.url, getToken: devTokens(server.url, 'bob') });
  const chatId = await openChat(server.url, bob);
  await using device = await DeviceProcess.create(server.url, chatId);
  const folder = await mkdtemp(join(tmpdir(), 'whisper-sent-'));
  try {
    const run = new Run(server, device, folder);
    device.start();
    for (const [index, victim] of victims.entries()) {
      await run.play(victim);
      onRound?.(index + 1);
    }
    const outcome = run.check(await readFiles(bob, server.url, chatId), victims.length);
    await device.kill();
    bob.close();
    await server.stop();
    return { ...outcome, ...(await countLeftFiles(server.dataDir)) };
  } finally {
    bob.close();
    await rm(folder, { recursive: true });
  }
}

async function openChat(url: string, bob: WhisperClient): Promise<ChatId> {
  using alice = createWhisperClient({ url, getToken: devTokens(url, 'alice') });
  const { me } = await alice.store.when((snapshot) => snapshot.me !== null);
  await bob.store.when((snapshot) => snapshot.me !== null);
  if (!me) throw new Error('Nobody is signed in');
  return (await bob.api.chat.openDirect.mutate({ userId: me.id })).id;
}

class Run {
  readonly #server: ServerProcess;
  readonly #device: DeviceProcess;
  readonly #folder: string;
  readonly #sizes = new Map<string, number>();
  readonly #digests = new Map<string, string>();
  readonly #sentBytes = new Map<string, number>();
  readonly #kept = new Set<string>();
  /** Messages that the device has to send; undefined while it has not said so. */
  #waiting: number | undefined;
  #look: () => void = () => undefined;
  #givenUp = 0;
  #broken = 0;

  constructor(server: ServerProcess, device: DeviceProcess, folder: string) {
    this.#server = server;
    this.#device = device;
    this.#folder = folder;
    device.onLine((line) => this.#note(line));
  }

  /** Some files on their way, a kill at a moment that nobody chose, and what was killed is started again. */
  async play(victim: Victim): Promise<void> {
    const names = await this.#giveFiles();
    const total = names.reduce((sum, name) => sum + (this.#sizes.get(name) ?? 0), 0);
    const moment = randomInt(0, Math.floor(total * 0.8));
    const sent = () => names.reduce((sum, name) => sum + (this.#sentBytes.get(name) ?? 0), 0);
    await this.#until(() => sent() > moment);
    const isMet = (name: string) => {
      const bytes = this.#sentBytes.get(name) ?? 0;
      return bytes > 0 && bytes < (this.#sizes.get(name) ?? 0);
    };
    this.#broken += names.filter(isMet).length;
    await Promise.all([
      victim !== 'server' && this.#device.kill(),
      victim !== 'client' && this.#server.kill(),
    ]);
    if (victim !== 'server') this.#waiting = undefined;
    if (victim !== 'client') await this.#server.start();
    if (victim !== 'server') this.#device.start();
    await this.#until(() => this.#waiting === 0);
  }

  check(arrived: readonly Arrived[], rounds: number): Omit<Outcome, 'orphans' | 'missing'> {
    const isWhole = ({ name, digest }: Arrived) => this.#digests.get(name) === digest;
    const whole = new Set(arrived.filter(isWhole).map(({ name }) => name));
    return {
      rounds,
      broken: this.#broken,
      kept: this.#kept.size,
      whole: [...this.#kept].filter((name) => whole.has(name)).length,
      unkept: this.#sizes.size - this.#kept.size - this.#givenUp,
      doubled: arrived.length - new Set(arrived.map(({ name }) => name)).size,
      damaged: arrived.filter((each) => !isWhole(each)).length,
      givenUp: this.#givenUp,
    };
  }

  async #giveFiles(): Promise<string[]> {
    const names: string[] = [];
    for (let index = 0; index < filesPerRound; index += 1) {
      const name = `${this.#sizes.size}.txt`;
      const text = randomBytes(randomInt(500, 1_500_000)).toString('hex');
      await writeFile(join(this.#folder, name), text);
      this.#sizes.set(name, text.length);
      this.#digests.set(name, digestOf(text));
      names.push(name);
    }
    for (const [index, name] of names.entries()) {
      const isSent = index > 0;
      if (!isSent) this.#givenUp += 1;
      this.#device.give({ path: join(this.#folder, name), isSent });
    }
    return names;
  }

  #note(line: DeviceLine): void {
    if (line.type === 'waiting') this.#waiting = line.count;
    else if (line.type === 'sent') this.#sentBytes.set(line.name, line.bytes);
    else if (line.type === 'kept') this.#kept.add(line.name);
    this.#look();
  }

  /** Each line of the device may be what is waited for. */
  #until(isThere: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#look = () => isThere() && resolve();
      this.#look();
    });
  }
}

type Arrived = { readonly name: string; readonly digest: string };

function digestOf(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What came to the other person: each message is named as its file is. */
async function readFiles({ api }: WhisperClient, url: string, chatId: ChatId): Promise<Arrived[]> {
  const arrived: Arrived[] = [];
  for (let after = 0; ; ) {
    const page = await api.message.list.query({ chatId, after, limit: limits.messagePageSizeMax });
    for (const { text, attachments } of page.messages) {
      const response = await fetch(`${url}${attachments[0]?.url ?? ''}`);
      arrived.push({ name: text, digest: digestOf(new Uint8Array(await response.arrayBuffer())) });
    }
    after = page.messages.at(-1)?.seq ?? after;
    if (!page.hasMore) return arrived;
  }
}
