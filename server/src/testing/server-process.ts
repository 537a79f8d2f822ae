import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { fetchDevToken } from './dev-token.ts';
import { programArgs } from './programs.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

type Watch = {
  /** Each line of its log, which goes to stderr otherwise. */
  readonly onLog?: (line: string) => void;
  /** It ended and nobody had asked for it. */
  readonly onDeath?: (how: string) => void;
};

/** The real server in a process of its own, with a data directory that outlives its deaths. */
export class ServerProcess implements AsyncDisposable {
  readonly #dataDir: string;
  readonly #env: Record<string, string>;
  readonly #watch: Watch;
  #isWanted = false;
  #child: ChildProcess | undefined;
  #port = 0;

  private constructor(dataDir: string, env: Record<string, string>, watch: Watch) {
    this.#dataDir = dataDir;
    this.#env = env;
    this.#watch = watch;
  }

  /** `env`: settings besides the usual ones. */
  static async create(env: Record<string, string> = {}, watch: Watch = {}): Promise<ServerProcess> {
    return new ServerProcess(await mkdtemp(join(tmpdir(), 'whisper-server-')), env, watch);
  }

  static async start(): Promise<ServerProcess> {
    const server = await ServerProcess.create();
    await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get dataDir(): string {
    return this.#dataDir;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** A fresh token of its local issuer. */
  tokenFor(user: string): Promise<string> {
    return fetchDevToken(this.url, user);
  }

  /** Starts it, again on the port it had. Resolves when it takes connections. `env`: settings for this life alone. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const child = spawn(process.execPath, programArgs('server'), {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        HOST: '127.0.0.1',
        PORT: String(this.#port),
        DATA_DIR: this.#dataDir,
        RATE_LIMITS: 'off',
        LOG_LEVEL: 'silent',
        ...this.#env,
        ...env,
      },
      stdio: ['ignore', 'pipe', this.#watch.onLog ? 'pipe' : 'inherit'],
    });
    this.#child = child;
    this.#isWanted = true;
    if (child.stderr)
      createInterface({ input: child.stderr }).on('line', (line) => this.#watch.onLog?.(line));
    child.once('exit', (code, signal) => {
      if (this.#isWanted) this.#watch.onDeath?.(`code ${code}, signal ${signal}`);
    });
    if (!child.stdout) throw new TypeError('Its output is a pipe');
    for await (const line of createInterface({ input: child.stdout })) {
      const port = /http:\/\/[\w.]+:(\d+)/.exec(line)?.[1];
      if (!port) continue;
      this.#port = Number(port);
      return void child.stdout.resume();
    }
    throw new Error('The server did not start');
  }

  /** kill -9: no goodbye, no flush, no clean-up. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** As a deploy ends it: with time to say goodbye. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#dataDir, { recursive: true, force: true, maxRetries: 5 });
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#isWanted = false;
    this.#child.kill(signal);
    await gone;
  }
}
