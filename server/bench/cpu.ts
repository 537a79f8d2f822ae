import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Microseconds of CPU another process has spent, where the system tells. */
export function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    const ticks = Number(fields[11]) + Number(fields[12]);
    return ticks * 10_000;
  } catch {
    return Number.NaN;
  }
}

/** Milliseconds of CPU that a process has spent, to the microsecond, by thread. */
export function cpuMsOf(pid: number): number {
  const tasks = existsSync(`/proc/${pid}/task`) ? readdirSync(`/proc/${pid}/task`) : [];
  return tasks.reduce((sum, task) => sum + threadMsOf(pid, task), 0);
}

/** The same of one of its threads: of its main thread when none is named. */
export function threadMsOf(pid: number, thread: number | string = pid): number {
  return Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]) / 1e6;
}

/** Linux alone tells; elsewhere it is empty. */
export function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
