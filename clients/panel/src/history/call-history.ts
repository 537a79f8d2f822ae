import { isRecord, type Outcome } from '../api/outcome.ts';
import { withoutTokens } from '../api/redact.ts';
import { Value } from '@whisper/client';
import { readStored, store } from '../state/storage.ts';

export type PastCall = {
  readonly at: string;
  readonly path: string;
  readonly person: string;
  /** As typed; tokens are left out. */
  readonly input: unknown;
  /** `OK`, or the error's code. */
  readonly result: string;
  readonly ms: number;
};

const keptCallsMax = 100;
const inputLengthMax = 4_000;

/** The calls made in this browser, newest first. */
export const callHistory = new Value<readonly PastCall[]>(readHistory());

export function recordCall(person: string, input: unknown, { path, at, ms, result }: Outcome): void {
  const call: PastCall = {
    at: at.toISOString(),
    path,
    person,
    input: toKept(input),
    result: result.ok ? 'OK' : result.error.code,
    ms: Math.round(ms),
  };
  setHistory([call, ...callHistory.getSnapshot()].slice(0, keptCallsMax));
}

export function clearHistory(): void {
  setHistory([]);
}

function setHistory(calls: readonly PastCall[]): void {
  callHistory.set(calls);
  store('history', calls);
}

function toKept(input: unknown): unknown {
  const kept = withoutTokens(input);
  return JSON.stringify(kept).length > inputLengthMax ? null : kept;
}

function readHistory(): PastCall[] {
  const stored = readStored('history');
  return Array.isArray(stored) ? stored.filter(isPastCall) : [];
}

function isPastCall(value: unknown): value is PastCall {
  return isRecord(value) && ['at', 'path', 'person', 'result'].every((key) => typeof value[key] === 'string');
}
