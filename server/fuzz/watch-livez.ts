import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ServerProcess } from '../src/testing/server-process.ts';
import type { Lives, SlowLivez } from './livez-process.ts';
import type { Witness } from './witness.ts';

/** Asks /livez all the time, beside an idle process. */
export class LivezWatch implements Disposable {
  readonly #children: readonly [ChildProcess, ChildProcess];
  readonly #lives: Promise<Lives>;

  private constructor(idle: ChildProcess, prober: ChildProcess, witness: Witness) {
    this.#children = [idle, prober];
    this.#lives = new Promise((resolve) => {
      prober.on('message', (message: Lives | SlowLivez) => {
        if ('probes' in message) return resolve(message);
        const { tookMs, idleMs, waitedMs, ranMs } = message;
        const [took, other, waited, ran] = [tookMs, idleMs, waitedMs, ranMs].map(Math.round);
        witness.find(
          'slow /livez',
          `${took} ms; an idle process ${other} ms; the server worked ${ran} ms and waited ${waited} ms for a processor`,
        );
      });
    });
  }

  static async start(server: Pick<ServerProcess, 'url' | 'pid'>, witness: Witness): Promise<LivezWatch> {
    const idle = startProcess('idle');
    const [address] = (await once(idle, 'message')) as [{ readonly port: number }];
    const ports = `${new URL(server.url).port},${address.port}`;
    return new LivezWatch(idle, startProcess('probe', ports, String(server.pid)), witness);
  }

  async end(): Promise<Lives> {
    this.#children[1].send('end');
    return this.#lives;
  }

  [Symbol.dispose](): void {
    for (const child of this.#children) child.kill();
  }
}

function startProcess(...args: readonly string[]): ChildProcess {
  const execArgv = ['--conditions=source', '--import', 'tsx'];
  return fork(new URL('livez-process.ts', import.meta.url), args, { execArgv });
}
