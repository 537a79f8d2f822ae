import { setTimeout as delay } from 'node:timers/promises';

/** Puts questions together, and answers with what answers each of them. */
type AskAll<Q, A> = (questions: readonly Q[]) => Promise<(question: Q) => A>;

type Asked<Q, A> = {
  readonly question: Q;
  readonly resolve: (answer: A) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * A function that asks at once when nothing is under way; what it is asked meanwhile goes together, when the answer is there or
 * `togetherMax` questions wait. Each is put after it was asked. What fails, fails for all that went with it. After an answer
 * it gathers on for `restMs` of how many were answered.
 */
export function createGatherer<Q, A>(
  askAll: AskAll<Q, A>,
  togetherMax: number,
  restMs: (answered: number) => number = () => 0,
): (question: Q) => Promise<A> {
  let waiting: Asked<Q, A>[] = [];
  let underWay = 0;
  const askWaiting = async () => {
    const asked = waiting;
    waiting = [];
    underWay += 1;
    try {
      const answer = await askAll(asked.map(({ question }) => question));
      for (const { question, resolve } of asked) resolve(answer(question));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
    const rest = restMs(asked.length);
    if (rest > 0) await delay(rest, undefined, { ref: false });
    underWay -= 1;
    if (underWay === 0 && waiting.length > 0) void askWaiting();
  };
  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      if (underWay === 0 || waiting.length >= togetherMax) void askWaiting();
    });
}

const restEachMs = 50;

/** Lets through at once who comes alone. Of those who come while others do, the more there are the more wait for each other, at most so long. */
export function createWaves(waitMaxMs: number): () => Promise<void> {
  const next = createGatherer<undefined, undefined>(
    () => Promise.resolve(() => undefined),
    Number.POSITIVE_INFINITY,
    (answered) => Math.min(answered * restEachMs, waitMaxMs),
  );
  return () => next(undefined);
}
