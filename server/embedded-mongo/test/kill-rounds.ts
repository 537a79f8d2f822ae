import { type Collection, MongoClient } from 'mongodb';
import { startEmbeddedMongo } from '../src/index.ts';

export type KillOptions = {
  readonly dataDir: string;
  readonly rounds: number;
  readonly writers: number;
  readonly isDurable: boolean;
  /** The server is killed when this many writes of the round are acknowledged. */
  readonly writesPerRound: number;
};

export type KillRound = {
  readonly acknowledged: number;
  /** Acknowledged inserts that are not there, and acknowledged increments that do not count. */
  readonly lost: number;
  /** Stored, but killed before the answer arrived. */
  readonly unanswered: number;
  readonly documents: number;
  /** What `validate` says of the indexes. */
  readonly problems: readonly string[];
  readonly restartMs: number;
};

type Note = { _id: string; writer: number; number: number; tags: string[]; unique: string };
type Counter = { _id: number; count: number };
type Collections = { notes: Collection<Note>; counters: Collection<Counter> };

type Acknowledged = { readonly notes: Set<string>; readonly counts: number[] };

/** Kills the server with SIGKILL in the middle of many writers, again and again on one directory, and counts. */
export async function* runKillRounds(options: KillOptions): AsyncGenerator<KillRound> {
  const all: Acknowledged = { notes: new Set(), counts: Array.from({ length: options.writers }, () => 0) };
  for (let round = 0; round < options.rounds; round++) {
    const before = total(all);
    await writeUntilKilled(options, round, all);
    const checked = await check(options, all);
    yield { acknowledged: total(all) - before, ...checked };
  }
}

async function writeUntilKilled(options: KillOptions, round: number, all: Acknowledged): Promise<void> {
  const server = await startEmbeddedMongo(options);
  const client = new MongoClient(server.uri, { serverSelectionTimeoutMS: 2_000 });
  const collections = collectionsOf(client);
  await collections.notes.createIndexes([
    { key: { writer: 1, number: -1 } },
    { key: { unique: 1 }, unique: true },
    { key: { tags: 1 } },
  ]);
  let left = options.writesPerRound;
  const onAcknowledged = () => {
    left -= 1;
    // At any moment of the commits that follow, not right after one was answered.
    if (left === 0) setTimeout(() => process.kill(server.pid, 'SIGKILL'), Math.random() * 20);
  };
  await Promise.all(
    all.counts.map((_, writer) => write({ collections, writer, round, onAcknowledged }, all)),
  );
  await server.close();
  await client.close();
}

type Writing = {
  readonly collections: Collections;
  readonly writer: number;
  readonly round: number;
  readonly onAcknowledged: () => void;
};

/** Notes each write only once its answer is there; ends with the first that fails. */
async function write(
  { collections, writer, round, onAcknowledged }: Writing,
  all: Acknowledged,
): Promise<void> {
  const { notes, counters } = collections;
  try {
    for (let number = 0; ; number++) {
      const _id = `${round}-${writer}-${number}`;
      await notes.insertOne({ _id, writer, number, tags: [`w${writer}`, `n${number % 7}`], unique: _id });
      all.notes.add(_id);
      onAcknowledged();
      if (number % 3 !== 0) continue;
      await counters.updateOne({ _id: writer }, { $inc: { count: 1 } }, { upsert: true });
      all.counts[writer] = (all.counts[writer] ?? 0) + 1;
      onAcknowledged();
    }
  } catch {
    return;
  }
}

async function check(options: KillOptions, all: Acknowledged) {
  const startedAt = performance.now();
  await using server = await startEmbeddedMongo(options);
  const restartMs = Math.round(performance.now() - startedAt);
  const client = await MongoClient.connect(server.uri);
  try {
    const { notes, counters } = collectionsOf(client);
    const stored = new Set(
      (await notes.find({}, { projection: { _id: 1 } }).toArray()).map(({ _id }) => _id),
    );
    const counts = new Map((await counters.find().toArray()).map(({ _id, count }) => [_id, count]));
    const lostNotes = [...all.notes].filter((id) => !stored.has(id)).length;
    const lostCounts = all.counts.map((count, writer) => Math.max(0, count - (counts.get(writer) ?? 0)));
    const found = stored.size + [...counts.values()].reduce((sum, count) => sum + count, 0);
    const reports = [await client.db('test').command({ validate: 'notes' })];
    if (counts.size > 0) reports.push(await client.db('test').command({ validate: 'counters' }));
    const lost = lostNotes + lostCounts.reduce((sum, count) => sum + count, 0);
    const unanswered = found - total(all) + lost;
    // What was stored without an answer counts as known from here on.
    for (const id of stored) all.notes.add(id);
    for (const [writer, count] of counts) all.counts[writer] = count;
    const problems = reports.flatMap(({ errors }): string[] => errors);
    return { lost, unanswered, documents: stored.size, problems, restartMs };
  } finally {
    await client.close();
  }
}

function collectionsOf(client: MongoClient): Collections {
  const db = client.db('test');
  return { notes: db.collection<Note>('notes'), counters: db.collection<Counter>('counters') };
}

function total({ notes, counts }: Acknowledged): number {
  return notes.size + counts.reduce((sum, count) => sum + count, 0);
}
