import { connect } from 'node:net';
import { once } from 'node:events';
import { Long, ObjectId } from 'bson';
import { MongoClient } from 'mongodb';
import { encodeDocument, type BsonDocument } from '../src/bson/value.ts';
import { startEmbeddedMongo } from '../src/index.ts';
import { makeTempDir } from './test-server.ts';

export type FuzzReport = {
  readonly frames: number;
  /** Frames that were answered with a reply, and those that ended the connection without one. */
  readonly replies: number;
  readonly closed: number;
  readonly isAlive: boolean;
  readonly problems: readonly string[];
};

type FuzzOptions = { readonly frames: number; readonly seed: number; readonly connections?: number };

/** Sends mutated wire messages, one per connection, and tells whether the server outlived them. */
export async function fuzz({ frames, seed, connections = 16 }: FuzzOptions): Promise<FuzzReport> {
  using dir = makeTempDir();
  await using server = await startEmbeddedMongo({ dataDir: dir.path, isDurable: false });
  const socketPath = decodeURIComponent(new URL(server.uri).host);
  const random = seededRandom(seed);
  const samples = sampleFrames();
  let [sent, replies] = [0, 0];
  const worker = async () => {
    while (sent < frames) {
      sent += 1;
      const sample = samples[Math.floor(random() * samples.length)] ?? Buffer.alloc(0);
      if ((await exchange(socketPath, mutate(sample, random))) > 0) replies += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const client = await MongoClient.connect(server.uri);
  const ping = await client.db('admin').command({ ping: 1 });
  const problems = await findProblems(client);
  await client.close();
  return { frames: sent, replies, closed: sent - replies, isAlive: ping['ok'] === 1, problems };
}

async function findProblems(client: MongoClient): Promise<string[]> {
  const problems: string[] = [];
  const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
  for (const { name } of databases) {
    for (const collection of await client.db(name).listCollections({}, { nameOnly: true }).toArray()) {
      problems.push(...(await client.db(name).command({ validate: collection.name }))['errors']);
    }
  }
  return problems;
}

/** The bytes that came back before the server closed the connection. */
async function exchange(socketPath: string, frame: Buffer): Promise<number> {
  const socket = connect(socketPath);
  let received = 0;
  socket.on('data', (chunk) => {
    received += chunk.length;
  });
  socket.on('error', () => undefined);
  socket.end(frame);
  await once(socket, 'close').catch(() => undefined);
  return received;
}

function sampleFrames(): Buffer[] {
  const document = {
    _id: new ObjectId(),
    text: 'hello',
    tags: ['a', 'b'],
    count: Long.fromNumber(5),
    at: new Date(0),
  };
  const insert = { insert: 'things', $db: 'test', ordered: true };
  const update = {
    update: 'things',
    $db: 'test',
    updates: [{ q: { text: 'hello' }, u: { $inc: { count: 1 } } }],
  };
  const pipeline = [{ $match: { text: 'hello' } }, { $group: { _id: '$text', n: { $sum: 1 } } }];
  return [
    queryFrame({ ismaster: 1, helloOk: true, client: { application: { name: 'fuzz' } } }),
    messageFrame({ ping: 1, $db: 'admin' }),
    messageFrame(insert, { documents: [document, { a: 1 }] }),
    messageFrame({
      find: 'things',
      filter: { count: { $gt: 1 }, tags: 'a' },
      sort: { at: -1 },
      limit: 3,
      $db: 'test',
    }),
    messageFrame(update),
    messageFrame({ delete: 'things', $db: 'test' }, { deletes: [{ q: { text: 'x' }, limit: 1 }] }),
    messageFrame({ aggregate: 'things', pipeline, cursor: {}, $db: 'test' }),
    messageFrame({ getMore: Long.fromNumber(7), collection: 'things', $db: 'test' }),
    messageFrame({
      createIndexes: 'things',
      indexes: [{ key: { tags: 1, text: -1 }, name: 'i' }],
      $db: 'test',
    }),
    messageFrame({
      findAndModify: 'things',
      query: { text: 'hello' },
      update: { $set: { 'tags.0': 'z' } },
      $db: 'test',
    }),
  ];
}

function messageFrame(body: BsonDocument, sequences: Record<string, BsonDocument[]> = {}): Buffer {
  const sections = Object.entries(sequences).map(([name, documents]) => {
    const content = Buffer.concat([Buffer.from(`${name}\0`), ...documents.map(encodeDocument)]);
    const head = Buffer.alloc(5, 1);
    head.writeInt32LE(content.length + 4, 1);
    return Buffer.concat([head, content]);
  });
  return frame(2013, Buffer.concat([Buffer.alloc(5), encodeDocument(body), ...sections]));
}

function queryFrame(body: BsonDocument): Buffer {
  const rest = Buffer.alloc(8);
  rest.writeInt32LE(-1, 4);
  return frame(
    2004,
    Buffer.concat([Buffer.alloc(4), Buffer.from('admin.$cmd\0'), rest, encodeDocument(body)]),
  );
}

function frame(opCode: number, content: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeInt32LE(16 + content.length, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(opCode, 12);
  return Buffer.concat([head, content]);
}

type Mutation = (bytes: Buffer, random: () => number) => Buffer;

const interesting = [0, 1, 2, 4, 5, 16, 127, 128, 255, 0x7fffffff, 0x80000000, 0xffffffff, 48_000_000];

const mutations: readonly Mutation[] = [
  (bytes, random) => {
    const at = Math.floor(random() * bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
    return bytes;
  },
  (bytes, random) => {
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    return bytes;
  },
  (bytes, random) => bytes.subarray(0, Math.floor(random() * bytes.length)),
  (bytes, random) => {
    if (bytes.length < 4) return bytes;
    const value = interesting[Math.floor(random() * interesting.length)] ?? 0;
    bytes.writeUInt32LE(value, Math.floor(random() * (bytes.length - 3)));
    return bytes;
  },
  (bytes, random) => {
    const at = Math.floor(random() * bytes.length);
    const length = Math.floor(random() * 32);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
  },
  (_, random) =>
    Buffer.from(Array.from({ length: Math.floor(random() * 200) }, () => Math.floor(random() * 256))),
];

/** Up to four changes; half of the time the length in front is made to fit again, to get further in. */
function mutate(sample: Buffer, random: () => number): Buffer {
  let bytes = Buffer.from(sample);
  const count = 1 + Math.floor(random() * 4);
  for (let i = 0; i < count; i++) {
    bytes = Buffer.from(mutations[Math.floor(random() * mutations.length)]?.(bytes, random) ?? bytes);
  }
  if (random() < 0.5 && bytes.length >= 4) bytes.writeInt32LE(bytes.length, 0);
  return bytes;
}

/** mulberry32: the same seed, the same frames. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
