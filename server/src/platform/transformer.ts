import { transformer as superjson } from '@whisper/shared';
import { AppError } from './errors.ts';

type Encoded = Parameters<typeof superjson.deserialize>[0];

/**
 * Superjson, less what no input has: of a typed array a client names the length alone, and a few bytes of it would
 * have the server reserve gigabytes, again and again, before anybody looked at the input.
 */
export const transformer = {
  input: {
    serialize: superjson.serialize,
    deserialize(encoded: Encoded): unknown {
      if (JSON.stringify(encoded?.meta ?? null).includes('"typed-array"')) {
        throw new AppError('BAD_REQUEST', 'The input cannot hold typed arrays');
      }
      return superjson.deserialize(encoded);
    },
  },
  output: superjson,
};
