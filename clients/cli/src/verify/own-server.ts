import { findFreePort } from '@whisper/server/testing/nodes';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BreakableServer, Play, ServerFault } from './faults.ts';

const mainFile = fileURLToPath(new URL('../../../../server/src/main.ts', import.meta.url));
const readyTimeoutMs = 60_000;

/** A server that this run starts, on data of its own, to kill and start again on the same port. */
export class OwnServer implements BreakableServer {
  readonly url: string;
  readonly #port: number;
  readonly #dataDir: string;
  readonly #preload: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, dataDir: string, preload: readonly string[]) {
    this.url = `http://127.0.0.1:${port}`;
    this.#port = port;
    this.#dataDir = dataDir;
    this.#preload = preload;
  }

  static async start(preload: readonly string[]): Promise<OwnServer> {
    const dataDir = await mkdtemp(join(tmpdir(), 'whisper-verify-'));
    const server = new OwnServer(await findFreePort(), dataDir, preload);
    await server.#start();
    return server;
  }

  readonly faults: readonly ServerFault[] = [{ kind: 'kills', make: () => this.killAndRestart() }];

  play(play: Play): Promise<void> {
    return Promise.reject(new Error(`--play ${play} needs --nodes`));
  }

  /** kill -9, and up again on what the disk holds. */
  async killAndRestart(): Promise<void> {
    await this.#kill();
    await this.#start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kill();
    await rm(this.#dataDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  async #kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async #start(): Promise<void> {
    const preloads = this.#preload.flatMap((file) => ['--import', file]);
    const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', ...preloads, mainFile], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        PORT: String(this.#port),
        HOST: '127.0.0.1',
        DATA_DIR: this.#dataDir,
        RATE_LIMITS: 'off',
        LOG_LEVEL: 'error',
      },
    });
    this.#child = child;
    const deadline = Date.now() + readyTimeoutMs;
    while (!(await this.#isReady())) {
      if (child.exitCode !== null)
        throw new Error(`The server ended with ${child.exitCode} before it was ready`);
      if (Date.now() > deadline) throw new Error('The server was not ready in time');
      await delay(50);
    }
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/readyz`)).ok;
    } catch {
      return false;
    }
  }
}
