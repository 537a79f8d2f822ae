import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

/** A process that answers one request at a time. */
export class Peer implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static start(module: URL, args: readonly string[] = []): Peer {
    const path = fileURLToPath(module);
    const execArgv = ['--conditions=source', '--import', 'tsx', '--expose-gc'];
    return new Peer(fork(path, args, { execArgv, serialization: 'advanced' }));
  }

  async ask<Answer>(request: unknown): Promise<Answer> {
    const settled = new AbortController();
    const { signal } = settled;
    const ended = once(this.#child, 'exit', { signal }).then(([code]) => {
      throw new Error(`A process that was asked ended (${code})`);
    });
    const answer = once(this.#child, 'message', { signal });
    for (const promise of [answer, ended]) promise.catch(() => undefined);
    this.#child.send(request as object);
    try {
      const [message] = await Promise.race([answer, ended]);
      return message as Answer;
    } finally {
      settled.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

/** The other side: answers every request of the parent with what `handle` returns. */
export function serve<Request>(handle: (request: Request) => Promise<unknown>): void {
  process.on('message', (request: Request) => {
    handle(request).then(
      (answer) => process.send?.(answer ?? null),
      (error: unknown) => {
        process.stderr.write(`${inspect(error)}\n`);
        process.exit(1);
      },
    );
  });
  process.on('disconnect', () => process.exit(0));
}
