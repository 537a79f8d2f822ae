import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { programArgs } from '../src/testing/programs.ts';

type Running = {
  readonly child: ChildProcess;
  /** Its exit code. */
  readonly exited: Promise<unknown>;
  /** What it has said so far. */
  readonly output: () => string;
  /** Its address, once it takes connections. */
  readonly ready: () => Promise<string>;
};

/** The real process, in a folder of its own, where its `.env` and its data are. */
export async function run(
  env: Record<string, string> = {},
  prepare: (cwd: string) => Promise<void> = async () => {},
): Promise<Running> {
  const cwd = await mkdtemp(join(tmpdir(), 'whisper-process-'));
  await prepare(cwd);
  const child = spawn(process.execPath, programArgs('server'), {
    cwd,
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', DATA_DIR: join(cwd, 'data'), ...env },
  });
  let output = '';
  const exited = once(child, 'exit').then(([code]: unknown[]) => code);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
    await rm(cwd, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    child,
    exited,
    output: () => output,
    ready: async (): Promise<string> => {
      const found = () => /http:\/\/[\w.]+:\d+/.exec(output)?.[0];
      while (!found())
        await Promise.race([once(child.stdout, 'data'), exited.then(() => expect.fail(output))]);
      return found() ?? '';
    },
  };
}

/** What the process says when it will not start; it must end by itself, with 1 and no stack. */
export async function refusal(...args: Parameters<typeof run>): Promise<string> {
  const { exited, output } = await run(...args);
  expect(await exited).toBe(1);
  expect(output()).not.toMatch(/\n\s+at /);
  return output();
}
