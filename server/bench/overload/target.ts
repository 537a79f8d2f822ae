import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cpuMsOf, read } from '../cpu.ts';

/** The real server in a process of its own, from this checkout or another one. */
export class Target implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start({ root, dataDir, rateLimits }: TargetOptions): Promise<Target> {
    const main = join(root, 'server/src/main.ts');
    const child = spawn(process.execPath, ['--conditions=source', '--import', 'tsx', main], {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        HOST: '127.0.0.1',
        PORT: '0',
        DATA_DIR: dataDir,
        RATE_LIMITS: rateLimits,
        LOG_LEVEL: 'silent',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const port = /http:\/\/[\w.]+:(\d+)/.exec(line)?.[1];
      if (!port) continue;
      child.stdout.resume();
      return new Target(child, Number(port));
    }
    throw new Error('The server did not start');
  }

  /** Of the server and of its store. */
  get pids(): readonly [number, number] {
    const pid = this.#child.pid ?? 0;
    const [store = 0] = read(`/proc/${pid}/task/${pid}/children`).split(' ').map(Number);
    return [pid, store];
  }

  /** CPU milliseconds so far, of the server and of its store, and the server's memory. */
  usage(): Usage {
    const [pid, store] = this.pids;
    const rssKiB = Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1]);
    return { at: performance.now(), cpuMs: cpuMsOf(pid), storeCpuMs: cpuMsOf(store), rssMiB: rssKiB / 1_024 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
  }
}

type TargetOptions = {
  readonly root: string;
  readonly dataDir: string;
  readonly rateLimits: 'on' | 'off';
};

export type Usage = {
  readonly at: number;
  readonly cpuMs: number;
  readonly storeCpuMs: number;
  readonly rssMiB: number;
};
