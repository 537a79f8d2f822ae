import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programArgs } from '@whisper/server/testing/programs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

type Options = { readonly url: string; readonly as: string; readonly with: string };

/** Somebody who chats in a terminal, typed at and read through pipes. */
export class TerminalChat implements AsyncDisposable {
  readonly #state = mkdtempSync(join(tmpdir(), 'whisper-terminal-'));
  readonly #child: ChildProcessWithoutNullStreams;
  #output = '';

  constructor({ url, as, with: other }: Options) {
    const args = ['--as', as, '--with', other, '--url', url, '--state', this.#state];
    this.#child = spawn(process.execPath, [...programArgs('chat'), ...args], { cwd: root, stdio: 'pipe' });
    this.#child.stdout.on('data', (chunk) => {
      this.#output += String(chunk);
    });
  }

  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Resolves when the text stands on the screen. */
  async shows(text: string): Promise<void> {
    while (!this.#output.includes(text)) await once(this.#child.stdout, 'data');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.#state, { recursive: true, force: true });
  }
}
