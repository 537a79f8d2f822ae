import type { WhisperClient } from '@whisper/client';
import { useCallback, useEffect, useState } from 'react';

export type OwnClient = {
  /** Null on a server, before the component is mounted, and while nobody is signed in. */
  readonly client: WhisperClient | null;
  /** Closes the client and makes another, such as in place of one that was refused. */
  readonly renew: () => void;
};

type Made<Person> = {
  readonly person: Person;
  readonly generation: number;
  readonly client: WhisperClient;
};

/**
 * A client for as long as the component is mounted and the person is the same, compared as by `Object.is`; it is closed
 * after that. `connect` makes it, after the first render and not in it, and may be another function every time.
 */
export function useWhisperClient<Person>(
  person: Person | null,
  connect: (person: Person) => WhisperClient,
): OwnClient {
  const [made, setMade] = useState<Made<Person> | null>(null);
  const [generation, setGeneration] = useState(0);
  useEffect(() => {
    if (person === null) return undefined;
    const client = connect(person);
    setMade({ person, generation, client });
    return () => {
      setMade(null);
      client.close();
    };
  }, [person, generation]);
  const renew = useCallback(() => setGeneration((current) => current + 1), []);
  // In the render that asks for another client the last one is still there.
  const isRight = made?.generation === generation && Object.is(made.person, person);
  return { client: isRight ? made.client : null, renew };
}
