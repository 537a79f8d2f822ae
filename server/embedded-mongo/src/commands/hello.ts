import { type BsonDocument, isDocument } from '../bson/value.ts';
import { CommandError } from '../errors.ts';
import { documentBytesMax } from '../storage/collection.ts';
import type { Arguments } from './arguments.ts';
import type { Command, ConnectionInfo } from './command.ts';

/** The longest message a client may send. */
export const messageBytesMax = 48_000_000;

/** MongoDB 8.0. */
const maxWireVersion = 25;
export const serverVersion = '8.0.0';

/**
 * A standalone server: no set name, so that drivers send no transaction numbers; no topologyVersion, so that they poll
 * instead of streaming.
 */
export const hello: Command = {
  name: 'hello',
  aliases: ['ismaster', 'isMaster'],
  fields: 'any',
  isWrite: false,
  run({ args, connection }) {
    noteClient(args, connection);
    return {
      ...(args.name === 'hello' ? { isWritablePrimary: true } : { ismaster: true, isWritablePrimary: true }),
      ...(args.boolean('helloOk') && { helloOk: true }),
      maxBsonObjectSize: documentBytesMax,
      maxMessageSizeBytes: messageBytesMax,
      maxWriteBatchSize: 100_000,
      localTime: new Date(),
      logicalSessionTimeoutMinutes: 30,
      connectionId: connection.id,
      minWireVersion: 0,
      maxWireVersion,
      readOnly: false,
      ok: 1,
    };
  },
};

function noteClient(args: Arguments, connection: ConnectionInfo): void {
  const client = args.document('client');
  const application = client && isDocument(client['application']) ? client['application']['name'] : undefined;
  if (typeof application === 'string') connection.appName = application;
}

export const ping: Command = { name: 'ping', fields: ['ping'], isWrite: false, run: () => ({ ok: 1 }) };

export const buildInfo: Command = {
  name: 'buildInfo',
  aliases: ['buildinfo'],
  fields: ['buildInfo', 'buildinfo'],
  isWrite: false,
  run: () => ({
    version: serverVersion,
    versionArray: [8, 0, 0, 0],
    gitVersion: 'embedded',
    modules: [],
    storageEngines: ['lmdb'],
    javascriptEngine: 'none',
    bits: 64,
    debug: false,
    maxBsonObjectSize: documentBytesMax,
    ok: 1,
  }),
};

export const connectionStatus: Command = {
  name: 'connectionStatus',
  fields: ['connectionStatus', 'showPrivileges'],
  isWrite: false,
  run: ({ args }) => ({
    authInfo: {
      authenticatedUsers: [],
      authenticatedUserRoles: [],
      ...(args.boolean('showPrivileges') && { authenticatedUserPrivileges: [] }),
    },
    ok: 1,
  }),
};

export const whatsMyUri: Command = {
  name: 'whatsmyuri',
  fields: ['whatsmyuri'],
  isWrite: false,
  run: ({ connection }) => ({ you: `local:${connection.id}`, ok: 1 }),
};

const parameters: Readonly<Record<string, BsonDocument>> = {
  featureCompatibilityVersion: { version: '8.0' },
};

export const getParameter: Command = {
  name: 'getParameter',
  fields: 'any',
  isWrite: false,
  isAdminOnly: true,
  run({ args }) {
    const isEverything = args.value('getParameter') === '*';
    const asked = Object.keys(parameters).filter((name) => isEverything || args.has(name));
    if (asked.length === 0) throw new CommandError('InvalidOptions', 'no option found to get');
    return { ...Object.fromEntries(asked.map((name) => [name, parameters[name]])), ok: 1 };
  },
};
