import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { MongoClient } from 'mongodb';
import { startEmbeddedMongo } from '../../src/index.ts';
import { Unsupported } from './entities.ts';
import { expectedFailures } from './expected-failures.ts';
import { runCase, type Server } from './run-case.ts';
import { appliesTo, type ServerInfo } from './run-on-requirements.ts';
import type { Json, SpecCase, SpecFile } from './spec-files.ts';

export type SpecServer = Server & AsyncDisposable & { readonly info: ServerInfo };

export type Verdict =
  | { readonly kind: 'passed' }
  /** Not meant for this server, or beyond the runner. */
  | { readonly kind: 'skipped'; readonly reason: string }
  /** Fails, as the list of expected failures says. */
  | { readonly kind: 'expected'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** A server of its own in a fresh directory. */
export async function startSpecServer(): Promise<SpecServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'embedded-mongo-spec-'));
  const server = await startEmbeddedMongo({ dataDir, isDurable: false });
  const internal = await new MongoClient(server.uri).connect();
  return {
    uri: server.uri,
    internal,
    info: await readServerInfo(internal),
    async [Symbol.asyncDispose]() {
      await internal.close();
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Runs one case and tells how it went; a case on the list of expected failures that passes has failed. */
export async function judge(file: SpecFile, test: SpecCase, server: SpecServer): Promise<Verdict> {
  const unmeant = whyUnmeant(file, test, server.info);
  if (unmeant !== undefined) return { kind: 'skipped', reason: unmeant };
  const reason = expectedFailures[nameOf(file, test)];
  try {
    await runCase(file, test, server);
  } catch (error) {
    if (error instanceof Unsupported)
      return { kind: 'skipped', reason: `the runner has no ${error.message}` };
    return reason === undefined ? { kind: 'failed', error } : { kind: 'expected', reason };
  }
  if (reason === undefined) return { kind: 'passed' };
  return { kind: 'failed', error: new Error(`passes now, take it off the list: ${reason}`) };
}

/** A case as the list of expected failures names it, wherever its file lies. */
export function nameOf(file: SpecFile, test: SpecCase): string {
  return `${basename(file.path)}: ${test.description}`;
}

function whyUnmeant(file: SpecFile, test: SpecCase, info: ServerInfo): string | undefined {
  const isMeant = appliesTo(info, file.runOnRequirements) && appliesTo(info, test.runOnRequirements);
  return isMeant ? test.skipReason : 'meant for another version or topology';
}

async function readServerInfo(client: MongoClient): Promise<ServerInfo> {
  const admin = client.db('admin');
  const { version } = await admin.command({ buildInfo: 1 });
  const parameters = await admin.command({ getParameter: '*' });
  return { version: String(version), parameters: parameters as Json };
}
