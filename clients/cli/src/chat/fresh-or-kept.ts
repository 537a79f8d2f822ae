import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatSnapshot, ChatStore } from '@whisper/client/node';

/** How long a server may take before what is kept is shown without it. */
const patienceMs = 1_000;

type Awaited = {
  /** Resolves when the server has told. */
  readonly fresh: Promise<unknown>;
  /** Whether what an earlier run kept is there. */
  readonly isKept: (snapshot: ChatSnapshot) => boolean;
};

/** Waits for the server; where that is away or slow, for what is kept, if there is any. Rejects as `fresh` does. */
export async function whenFreshOrKept(store: ChatStore, { fresh, isKept }: Awaited): Promise<void> {
  const isAway = store.when(({ connection }) => connection.status === 'offline');
  const kept = Promise.race([isAway, sleep(patienceMs)]).then(() => store.when(isKept));
  await Promise.race([fresh, kept]);
}
