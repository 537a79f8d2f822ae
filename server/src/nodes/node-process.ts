import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const mainFile = fileURLToPath(new URL('../main.ts', import.meta.url));
const pollMs = 200;

type Options = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly execArgv: readonly string[];
};

/** One more of this same process, on a port of its own, which does not outlive this one. */
export class NodeProcess {
  readonly #child: ChildProcess;
  readonly ended: Promise<void>;
  #port: number | undefined;
  #isReady = false;

  constructor({ env, execArgv }: Options) {
    const child = spawn(process.execPath, [...execArgv, mainFile], {
      env: { ...env, PORT: '0', HOST: '127.0.0.1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const endWithUs = () => child.kill('SIGKILL');
    process.once('exit', endWithUs);
    child.once('exit', () => process.off('exit', endWithUs));
    this.ended = once(child, 'exit').then(() => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => this.#read(line));
    void this.#poll();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Where it takes traffic; undefined while it does not. */
  get port(): number | undefined {
    return this.#isReady ? this.#port : undefined;
  }

  /** Resolves when it takes traffic, or, with false, when it ended before that. */
  async ready(): Promise<boolean> {
    while (!this.#isReady && this.#isAlive) await pause();
    return this.#isReady;
  }

  stop(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  get #isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  #read(line: string): void {
    const port = /http:\/\/[\w.]+:(\d+)/.exec(line)?.[1];
    if (port) this.#port ??= Number(port);
  }

  async #poll(): Promise<void> {
    while (this.#isAlive) {
      this.#isReady = await this.#answers();
      await pause();
    }
    this.#isReady = false;
  }

  async #answers(): Promise<boolean> {
    if (this.#port === undefined) return false;
    try {
      return (await fetch(`http://127.0.0.1:${this.#port}/readyz`)).ok;
    } catch {
      return false;
    }
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, pollMs).unref());
}
