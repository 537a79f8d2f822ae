import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programArgs } from '@whisper/server/testing/programs';
import { expect } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

type Options = {
  readonly url: string;
  readonly as: string;
  readonly with: string;
  /** Begins with what that one keeps by now. */
  readonly from?: ChatProcess;
};

/** One person's terminal chat in a process of its own, typed at and read through pipes. */
export class ChatProcess implements AsyncDisposable {
  readonly #state = mkdtempSync(join(tmpdir(), 'whisper-chat-'));
  readonly #child: ChildProcessWithoutNullStreams;
  #output = '';
  readonly #changes = new EventEmitter();
  readonly #exited: Promise<number | null>;

  constructor(options: Options) {
    if (options.from) cpSync(options.from.#state, this.#state, { recursive: true });
    const args = ['--as', options.as, '--with', options.with, '--url', options.url, '--state', this.#state];
    this.#child = spawn(process.execPath, [...programArgs('chat'), ...args], { cwd: root, stdio: 'pipe' });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (chunk) => {
        this.#output += String(chunk);
        this.#changes.emit('change');
      });
    }
    // `close` comes after the last output, `exit` before.
    this.#exited = once(this.#child, 'close').then(([code]) => code);
    this.#child.on('close', () => this.#changes.emit('change'));
  }

  /** What stands on the screen, line by line. */
  get lines(): readonly string[] {
    return this.#output.split('\n').slice(0, -1);
  }

  /** The conversation without the time of day. */
  get messages(): readonly string[] {
    return this.lines.flatMap((line) => /^\d\d:\d\d (.*)$/.exec(line)?.[1] ?? []);
  }

  /** Resolves with the exit code when the process ends by itself. */
  get exited(): Promise<number | null> {
    return this.#exited;
  }

  /** Whether the text is in what is kept for a start without the server. */
  keeps(text: string): boolean {
    const names = readdirSync(this.#state, { recursive: true, encoding: 'utf8' });
    const home = names.find((name) => name.endsWith('home.json'));
    return home !== undefined && readFileSync(join(this.#state, home), 'utf8').includes(text);
  }

  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Resolves when the text stands on the screen; rejects with the screen when the process ends before. */
  async shows(text: string): Promise<void> {
    while (!this.#output.includes(text)) {
      if (this.#child.exitCode !== null) throw new Error(`It ended without "${text}":\n${this.#output}`);
      await once(this.#changes, 'change');
    }
  }

  /** Types the line again and again until it shows the text: for what becomes true apart from what was shown before. */
  async typesUntil(line: string, text: string): Promise<void> {
    await expect.poll(() => (this.type(line), this.#output), { interval: 500 }).toContain(text);
  }

  /** Closes the input and resolves with the exit code. */
  async end(): Promise<number | null> {
    this.#child.stdin.end();
    return this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.#state, { recursive: true, force: true });
  }
}
