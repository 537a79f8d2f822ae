import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { givenEnv } from '../platform/env.ts';
import { findFreePort } from './find-free-port.ts';

const startTimeoutMs = 10_000;

/** The program, where PATH finds it. */
export function findRedisServer(): string | undefined {
  const dirs = (givenEnv()['PATH'] ?? '').split(delimiter);
  return dirs.map((dir) => join(dir, 'redis-server')).find((file) => existsSync(file));
}

/** A Redis of our own in a temporary directory, which keeps nothing: after a restart it is empty. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly #dir: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, dir: string, args: readonly string[]) {
    this.port = port;
    this.#dir = dir;
    this.#args = args;
  }

  /** Throws when there is no redis-server on this machine. */
  static async start(args: readonly string[] = []): Promise<RedisServer> {
    const server = new RedisServer(
      await findFreePort(),
      await mkdtemp(join(tmpdir(), 'whisper-redis-')),
      args,
    );
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const program = findRedisServer();
    if (!program) throw new Error('There is no redis-server on this machine');
    const place = ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.#dir];
    const keepNothing = ['--save', '', '--appendonly', 'no'];
    this.#child = spawn(program, [...place, ...keepNothing, ...this.#args], { stdio: 'ignore' });
    const child = this.#child;
    const endWithUs = () => child.kill('SIGKILL');
    process.once('exit', endWithUs);
    child.once('exit', () => process.off('exit', endWithUs));
    const deadline = Date.now() + startTimeoutMs;
    while (!(await answers(this.port))) {
      if (this.#child.exitCode !== null || Date.now() > deadline)
        throw new Error('redis-server did not start');
      await delay(20);
    }
  }

  /** SIGSTOP: its connections stay, and nothing answers. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Whether it takes commands: while it loads, and before, it does not. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      resolve(data.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
