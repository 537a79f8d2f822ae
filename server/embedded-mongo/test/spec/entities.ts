import {
  type ClientSession,
  type Collection,
  type CollectionOptions,
  type CommandFailedEvent,
  type CommandStartedEvent,
  type CommandSucceededEvent,
  Db,
  type DbOptions,
  MongoClient,
  type MongoClientOptions,
  type ServerApi,
} from 'mongodb';
import type { EntityValues } from './match.ts';
import type { Json } from './spec-files.ts';

export type CommandEvent = CommandStartedEvent | CommandSucceededEvent | CommandFailedEvent;

/** A case that needs what the runner (not the server) does not have; the reason says what. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}

const eventNames = ['commandStarted', 'commandSucceeded', 'commandFailed'] as const;
const neverObserved: ReadonlySet<string> = new Set(['configureFailPoint']);

/** The clients, databases, collections and sessions of one case, by id. Closing it closes the clients. */
export class Entities implements EntityValues, AsyncDisposable {
  readonly #uri: string;
  readonly #values = new Map<string, unknown>();
  readonly #events = new Map<string, CommandEvent[]>();
  readonly #lsids = new Map<string, unknown>();

  constructor(uri: string) {
    this.#uri = uri;
  }

  async create(descriptions: readonly Json[]): Promise<void> {
    for (const description of descriptions) {
      for (const [kind, spec] of Object.entries(description)) await this.#createOne(kind, spec as Json);
    }
  }

  get(id: string): unknown {
    if (!this.#values.has(id)) throw new Unsupported(`entity ${id}`);
    return this.#values.get(id);
  }

  set(id: string, value: unknown): void {
    this.#values.set(id, value);
  }

  lsidOf(id: string): unknown {
    return this.#lsids.get(id) ?? this.session(id).id;
  }

  client(id: string): MongoClient {
    return requireInstance(this.get(id), MongoClient, id);
  }

  session(id: string): ClientSession {
    const session = this.get(id);
    if (typeof session === 'object' && session !== null && 'endSession' in session)
      return session as ClientSession;
    throw new Unsupported(`${id} as a session`);
  }

  /** What the client did so far, without the events its description leaves out. */
  eventsOf(clientId: string): readonly CommandEvent[] {
    return this.#events.get(clientId) ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const value of this.#values.values()) if (value instanceof MongoClient) await value.close();
  }

  async #createOne(kind: string, spec: Json): Promise<void> {
    const id = String(spec['id']);
    if (kind === 'client') this.set(id, await this.#connect(id, spec));
    else if (kind === 'database') this.set(id, this.#database(spec));
    else if (kind === 'collection') this.set(id, this.#collection(spec));
    else if (kind === 'session') this.#startSession(id, spec);
    else throw new Unsupported(`entities of kind ${kind}`);
  }

  async #connect(id: string, spec: Json): Promise<MongoClient> {
    if ('autoEncryptOpts' in spec) throw new Unsupported('client-side encryption');
    const client = new MongoClient(this.#uri, {
      ...(spec['uriOptions'] as MongoClientOptions | undefined),
      ...('serverApi' in spec && { serverApi: spec['serverApi'] as ServerApi }),
      monitorCommands: true,
    });
    this.#observe(client, id, spec);
    return client.connect();
  }

  #observe(client: MongoClient, id: string, spec: Json): void {
    const observed = (spec['observeEvents'] as string[] | undefined) ?? [];
    const ignored = new Set([
      ...neverObserved,
      ...((spec['ignoreCommandMonitoringEvents'] as string[] | undefined) ?? []),
    ]);
    const events: CommandEvent[] = [];
    this.#events.set(id, events);
    for (const name of eventNames) {
      if (!observed.includes(`${name}Event`)) continue;
      client.on(name, (event: CommandEvent) => {
        if (!ignored.has(event.commandName)) events.push(event);
      });
    }
  }

  #database(spec: Json): Db {
    const options = (spec['databaseOptions'] as DbOptions | undefined) ?? {};
    return this.client(String(spec['client'])).db(String(spec['databaseName']), options);
  }

  #collection(spec: Json): Collection {
    const options = (spec['collectionOptions'] as CollectionOptions | undefined) ?? {};
    const database = requireInstance(this.get(String(spec['database'])), Db, String(spec['database']));
    return database.collection(String(spec['collectionName']), options);
  }

  #startSession(id: string, spec: Json): void {
    const session = this.client(String(spec['client'])).startSession(
      (spec['sessionOptions'] as Json | undefined) ?? {},
    );
    this.set(id, session);
    this.#lsids.set(id, session.id);
  }
}

function requireInstance<T>(value: unknown, kind: abstract new (...parameters: never[]) => T, id: string): T {
  if (value instanceof kind) return value;
  throw new Unsupported(`${id} as a ${kind.name}`);
}
