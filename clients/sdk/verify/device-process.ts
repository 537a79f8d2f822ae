import { programArgs } from '@whisper/server/testing/programs';
import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ChatId } from '@whisper/shared';
import type { DeviceLine, GivenFile } from './device-lines.ts';

/** A device that sends files, in a process of its own, whose folder outlives its deaths. */
export class DeviceProcess implements AsyncDisposable {
  readonly #args: readonly string[];
  readonly #folder: string;
  readonly #lines = new EventEmitter<{ line: [DeviceLine] }>();
  #child: ChildProcess | undefined;

  private constructor(args: readonly string[], folder: string) {
    this.#args = args;
    this.#folder = folder;
  }

  static async create(url: string, chatId: ChatId): Promise<DeviceProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'whisper-device-'));
    return new DeviceProcess([url, chatId, folder], folder);
  }

  onLine(listener: (line: DeviceLine) => void): void {
    this.#lines.on('line', listener);
  }

  start(): void {
    const args = [...programArgs('device'), ...this.#args];
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env['PATH'] },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child = child;
    // What is on its way to it when it is killed is lost.
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => this.#lines.emit('line', JSON.parse(line)));
  }

  give(file: GivenFile): void {
    this.#child?.stdin?.write(`${JSON.stringify(file)}\n`);
  }

  /** kill -9. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'close');
    child.kill('SIGKILL');
    await gone;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
