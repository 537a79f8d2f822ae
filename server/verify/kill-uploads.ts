import { limits, type FileId } from '@whisper/shared';
import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { settleDue } from '../src/files/settle-files.ts';
import { ManualClock } from '../src/testing/manual-clock.ts';
import { readEnv } from '../src/platform/env.ts';
import { createLogger } from '../src/platform/logger.ts';
import { startServer } from '../src/server.ts';
import { ServerProcess } from '../src/testing/server-process.ts';
import { TestClient } from '../src/testing/test-client.ts';

/** What a device keeps of a file until its message is sent, and all that is left to it when it is killed. */
type Kept = {
  readonly bytes: Buffer;
  readonly clientId: string;
  readonly messageId: string;
  readonly isGivenUp: boolean;
};

type Outcome = {
  readonly rounds: number;
  /** Messages that were acknowledged, and those of them whose file came back as it was sent. */
  readonly acknowledged: number;
  readonly whole: number;
  /** Messages in the chat beyond those. */
  readonly doubled: number;
  readonly givenUp: number;
  /** Uploads that a kill of the server, or of the client, met while their bytes were on their way. */
  readonly broken: number;
  /** Keys in the folder that no file in a message has, after collection. */
  readonly orphans: number;
  readonly missing: number;
};

const filesPerRound = 6;
const day = 25 * 60 * 60_000;
const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Kills the server, and clients, in the middle of uploads again and again, and counts what became of the files. */
export async function killUploads(rounds: number): Promise<Outcome> {
  const server = await ServerProcess.create();
  try {
    await server.start();
    const run = new Run(server);
    await run.open();
    for (let round = 0; round < rounds; round += 1) await run.play();
    const outcome = await run.check();
    await server.stop();
    return { rounds, ...outcome, ...(await countOrphans(server.dataDir, outcome.acknowledged)) };
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

class Run {
  readonly #server: ServerProcess;
  readonly #sent: { readonly kept: Kept; readonly fileId: FileId }[] = [];
  #chatId = '';
  #broken = 0;
  #onPiece: (bytes: number) => void = () => undefined;
  #givenUp = 0;

  constructor(server: ServerProcess) {
    this.#server = server;
  }

  async open(): Promise<void> {
    const [alice, bob] = [await this.#signIn('alice'), await this.#signIn('bob')];
    this.#chatId = (await alice.api.chat.openDirect.mutate({ userId: bob.me.id })).id;
    await Promise.all([alice.close(), bob.close()]);
  }

  /** Some files on their way, the server killed at a moment that nobody chose, and started again. */
  async play(): Promise<void> {
    const files = Array.from({ length: filesPerRound }, (_, index): Kept => {
      const bytes = randomBytes(randomInt(1_000, 4_000_000));
      return { bytes, clientId: randomUUID(), messageId: randomUUID(), isGivenUp: index === 0 };
    });
    const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const moment = this.#whenOnTheWay(randomInt(0, Math.floor(total * 0.7)));
    const sending = Promise.all(files.map((kept) => this.#send(kept)));
    await moment;
    await this.#server.kill();
    await this.#server.start();
    await sending;
  }

  /** Resolves when so many bytes more have left. */
  #whenOnTheWay(bytes: number): Promise<void> {
    let left = bytes;
    return new Promise((resolve) => {
      this.#onPiece = (count) => {
        left -= count;
        if (left <= 0) resolve();
      };
    });
  }

  /** Until it is acknowledged, whatever happens on the way. Each try begins with nothing but what a device keeps. */
  async #send(kept: Kept): Promise<void> {
    for (;;) {
      try {
        const fileId = await this.#try(kept);
        if (fileId) this.#sent.push({ kept, fileId });
        else this.#givenUp += 1;
        return;
      } catch {
        await sleep(50);
      }
    }
  }

  async #try(kept: Kept): Promise<FileId | undefined> {
    const alice = await this.#signIn('alice');
    try {
      const { bytes, clientId, messageId, isGivenUp } = kept;
      const { api } = alice;
      const made = await api.file.create.mutate({ name: 'a.bin', type: '', size: bytes.length, clientId });
      await this.#upload(kept, made.upload);
      if (isGivenUp) return undefined;
      const attachmentIds = [made.fileId];
      const message = { chatId: this.#chatId, text: '', clientId: messageId, attachmentIds };
      await api.message.send.mutate(message);
      return made.fileId;
    } finally {
      await alice.close();
    }
  }

  async #upload(
    { bytes, isGivenUp }: Kept,
    upload: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  ): Promise<void> {
    const url = `${this.#server.url}${upload.url}`;
    const headers = { ...upload.headers, 'tus-resumable': '1.0.0' };
    const head = await fetch(url, { method: 'HEAD', headers });
    const offset = Number(head.headers.get('upload-offset') ?? Number.NaN);
    if (!head.ok) throw new Error(`HEAD ${head.status}`);
    if (offset > 0) this.#broken += 1;
    if (offset === bytes.length) return;
    const end = isGivenUp ? Math.floor(bytes.length / 2) : bytes.length;
    const response = await fetch(url, {
      method: 'PATCH',
      headers: {
        ...headers,
        'upload-offset': `${offset}`,
        'content-type': 'application/offset+octet-stream',
      },
      body: slowly(bytes.subarray(offset, Math.max(end, offset)), (count) => this.#onPiece(count)),
      duplex: 'half',
    });
    if (response.status !== 204) throw new Error(`PATCH ${response.status}`);
  }

  async check() {
    const bob = await this.#signIn('bob');
    let whole = 0;
    for (const { kept, fileId } of this.#sent) {
      const { url } = await bob.api.file.get.query({ fileId });
      const bytes = await (await fetch(`${this.#server.url}${url}`)).arrayBuffer();
      if (digestOf(new Uint8Array(bytes)) === digestOf(kept.bytes)) whole += 1;
    }
    const messages = await countMessages(bob, this.#chatId);
    await bob.close();
    const acknowledged = this.#sent.length;
    return {
      acknowledged,
      whole,
      doubled: messages - acknowledged,
      givenUp: this.#givenUp,
      broken: this.#broken,
    };
  }

  async #signIn(name: string): Promise<TestClient> {
    return TestClient.open(this.#server.url, await this.#server.tokenFor(name));
  }
}

/** In pieces with a moment between, so that a kill finds it on its way. */
function slowly(bytes: Uint8Array, onPiece: (bytes: number) => void): ReadableStream<Uint8Array> {
  const pieceSize = 64 * 1024;
  let at = 0;
  return new ReadableStream({
    async pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + pieceSize));
      at += pieceSize;
      onPiece(pieceSize);
      await sleep(5);
    },
  });
}

async function countMessages({ api }: TestClient, chatId: string): Promise<number> {
  let count = 0;
  for (let after = 0; ; ) {
    const { messages, hasMore } = await api.message.list.query({
      chatId,
      after,
      limit: limits.messagePageSizeMax,
    });
    count += messages.length;
    after = messages.at(-1)?.seq ?? after;
    if (!hasMore) return count;
  }
}

/** A day later, with nobody there: what was given up is gone, and what was sent is all there is. */
async function countOrphans(dataDir: string, sent: number) {
  const clock = new ManualClock();
  clock.advance(day);
  const env = readEnv({ DATA_DIR: dataDir, PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'silent' });
  await using server = await startServer({ env, clock, log: createLogger('silent') });
  while ((await settleDue(server.app, 100)) > 0);
  const entries = await readdir(join(dataDir, 'files'), { recursive: true, withFileTypes: true });
  const kept = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const known = await server.app.db.collection('files').find().toArray();
  const blobs = new Set(known.map(({ blob }) => String(blob)));
  return {
    orphans: kept.filter((key) => !blobs.has(key)).length + Math.max(0, known.length - sent),
    missing: [...blobs].filter((blob) => !kept.includes(blob)).length,
  };
}
