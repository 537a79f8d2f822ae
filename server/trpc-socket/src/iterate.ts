import { isTrackedEnvelope } from '@trpc/server';
import type { TRPCResultMessage } from '@trpc/server/rpc';
import { Unpromise } from '@trpc/server/unstable-core-do-not-import';

type Result = TRPCResultMessage<unknown>['result'];

type IterateOptions = {
  readonly signal: AbortSignal;
  readonly onValue: (result: Result) => void;
  /** Resolves when the next value is welcome. */
  readonly ready: () => Promise<void>;
};

/** Follows an ordinary async iterable until it ends, throws or the signal aborts, and lets it clean up. */
export async function iterate(
  iterable: AsyncIterable<unknown>,
  { signal, onValue, ready }: IterateOptions,
): Promise<void> {
  const iterator = iterable[Symbol.asyncIterator]();
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  try {
    while (!signal.aborted) {
      // Promise.race would keep one reaction on `aborted` for every value ever yielded.
      const next = await Unpromise.race([iterator.next(), aborted]);
      if (!next || next.done) return;
      onValue(toResult(next.value));
      await ready();
    }
  } finally {
    await iterator.return?.();
  }
}

function toResult(value: unknown): Result {
  if (!isTrackedEnvelope(value)) return { type: 'data', data: value };
  const [id, data] = value;
  return { type: 'data', data: { id, data }, id };
}
