import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { extname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleSources } from './bundle-sources.ts';

export type EmbeddedMongoOptions = {
  /** Created when missing; one server per directory. */
  readonly dataDir: string;
  /** A loopback port (0: any) instead of the unix socket. */
  readonly port?: number;
  readonly socketPath?: string;
  /** Flush every commit to the disk (default). Without it a power loss may cost data; a killed process does not. */
  readonly isDurable?: boolean;
};

export type EmbeddedMongo = AsyncDisposable & {
  /** A connection string for the driver, without a database name. */
  readonly uri: string;
  readonly pid: number;
  /** Resolves when the process has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Stops the server after the commands it is at; nothing acknowledged is lost. */
  close(): Promise<void>;
};

/**
 * Starts a server for the data directory in a process of its own and resolves when it takes connections. It ends with
 * `close` and when this process ends, however that ends, and leaves other signals than SIGKILL to this process. Rejects with a clear message when the directory is
 * in use or damaged.
 */
export async function startEmbeddedMongo(options: EmbeddedMongoOptions): Promise<EmbeddedMongo> {
  const child = await spawnChild(options);
  const ended = once(child, 'exit').then(() => undefined);
  const uri = await readAnswer(child);
  const close = async () => {
    child.ref();
    child.stdin?.end();
    await ended;
  };
  // The server must not keep a process alive that has nothing else to do.
  child.unref();
  unrefStreams(child);
  return { uri, pid: child.pid ?? 0, ended, close, [Symbol.asyncDispose]: close };
}

async function spawnChild(options: EmbeddedMongoOptions): Promise<ChildProcess> {
  const command = [...(await childCommand()), JSON.stringify(options)];
  return spawn(process.execPath, command, { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** How this runtime starts the server: built code and Bun run the file next to this one as it is. */
async function childCommand(): Promise<string[]> {
  const extension = extname(import.meta.url);
  const entry = fileURLToPath(new URL(`./child${extension}`, import.meta.url));
  if (extension !== '.ts' || process.versions['bun'] !== undefined) return [entry];
  try {
    return [await bundleSources()];
  } catch {
    // A read-only folder: the sources run as they are, only slower.
    return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href, entry];
  }
}

async function readAnswer(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('The embedded store has no output');
  const failed = once(child, 'error').then(([error]) => {
    throw error;
  });
  const lines = createInterface({ input: child.stdout });
  const line = once(lines, 'line').then(([text]) => String(text));
  const gone = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`The embedded store ended before it was ready (${String(signal ?? code)})`);
  });
  gone.catch(() => undefined);
  failed.catch(() => undefined);
  const answer: unknown = JSON.parse(await Promise.race([line, failed, gone]));
  lines.close();
  if (typeof answer === 'object' && answer !== null && 'uri' in answer) return String(answer.uri);
  const reason = typeof answer === 'object' && answer !== null && 'error' in answer ? answer.error : answer;
  throw new Error(`The embedded store did not start: ${String(reason)}`);
}

function unrefStreams({ stdin, stdout }: ChildProcess): void {
  for (const stream of [stdin, stdout]) {
    if (stream && 'unref' in stream && typeof stream.unref === 'function') stream.unref();
  }
}
