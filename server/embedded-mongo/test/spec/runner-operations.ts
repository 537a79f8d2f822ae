import type { Document, MongoClient } from 'mongodb';
import type { Arguments } from './collection-operations.ts';
import { type Entities, Unsupported } from './entities.ts';
import type { Json } from './spec-files.ts';

export type RunnerContext = {
  readonly entities: Entities;
  /** A client of the runner's own, which no events observe. */
  readonly internal: MongoClient;
  /** Fail points that the case has set, to be taken back after it. */
  readonly failPoints: string[];
};

type RunnerOperation = (context: RunnerContext, args: Arguments) => Promise<void> | void;

/** Operations of the object `testRunner`. */
export const runnerOperations: Readonly<Record<string, RunnerOperation>> = {
  async failPoint({ entities, failPoints }, { client, failPoint }) {
    const command = failPoint as Document;
    await entities.client(String(client)).db('admin').command(command);
    failPoints.push(String(command['configureFailPoint']));
  },
  createEntities: ({ entities }, args) => entities.create(args['entities'] as Json[]),
  async assertCollectionExists(context, args) {
    assert(
      await collectionExists(context, args),
      `the collection ${String(args['collectionName'])} does not exist`,
    );
  },
  async assertCollectionNotExists(context, args) {
    assert(
      !(await collectionExists(context, args)),
      `the collection ${String(args['collectionName'])} exists`,
    );
  },
  async assertIndexExists(context, args) {
    assert(await indexExists(context, args), `the index ${String(args['indexName'])} does not exist`);
  },
  async assertIndexNotExists(context, args) {
    assert(!(await indexExists(context, args)), `the index ${String(args['indexName'])} exists`);
  },
  assertSessionNotDirty: ({ entities }, { session }) => {
    assert(!isDirty(entities, session), 'the session is dirty');
  },
  assertSessionDirty: ({ entities }, { session }) => {
    assert(isDirty(entities, session), 'the session is not dirty');
  },
  assertSameLsidOnLastTwoCommands: ({ entities }, { client }) => {
    const [before, last] = lastTwoLsids(entities, client);
    assert(before === last, 'the last two commands have different sessions');
  },
  assertDifferentLsidOnLastTwoCommands: ({ entities }, { client }) => {
    const [before, last] = lastTwoLsids(entities, client);
    assert(before !== last, 'the last two commands have the same session');
  },
  assertEventCount: ({ entities }, { client, event, count }) => {
    const [[kind] = ['']] = Object.entries(event as Json);
    const found = entities
      .eventsOf(String(client))
      .filter((event) => event.constructor.name.toLowerCase() === kind.toLowerCase()).length;
    assert(found === Number(count), `expected ${Number(count)} of ${kind}, got ${found}`);
  },
};

export function assert(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

async function collectionExists({ internal }: RunnerContext, args: Arguments): Promise<boolean> {
  const database = internal.db(String(args['databaseName']));
  return (await database.listCollections({ name: String(args['collectionName']) }).toArray()).length > 0;
}

async function indexExists(context: RunnerContext, args: Arguments): Promise<boolean> {
  if (!(await collectionExists(context, args))) return false;
  const collection = context.internal
    .db(String(args['databaseName']))
    .collection(String(args['collectionName']));
  return (await collection.indexes()).some(({ name }) => name === args['indexName']);
}

function isDirty(entities: Entities, session: unknown): boolean {
  const { serverSession } = entities.session(String(session)) as unknown as {
    serverSession: { isDirty: boolean };
  };
  return serverSession.isDirty;
}

function lastTwoLsids(entities: Entities, client: unknown): [unknown, unknown] {
  const started = entities
    .eventsOf(String(client))
    .flatMap((event) => ('command' in event ? [event.command as Json] : []));
  const [before, last] = started.slice(-2).map((command) => JSON.stringify(command['lsid']));
  if (before === undefined || last === undefined)
    throw new Unsupported('sessions without two observed commands');
  return [before, last];
}
