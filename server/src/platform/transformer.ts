import { transformer as superjson } from '@whisper/shared';
import { z } from 'zod';
import { AppError } from './errors.ts';

type Encoded = Parameters<typeof superjson.deserialize>[0];

/** Annotated values of one input. No input has as many dates and undefined fields as this. */
const annotationsMax = 100;

/** Superjson's annotations, less all that no input has. Each names one value, or the input itself. */
const AnnotationSchema = z.tuple([z.enum(['Date', 'undefined'])]);
const MetaSchema = z.strictObject({
  v: z.literal(1).optional(),
  values: z
    .union([AnnotationSchema, z.record(z.string().max(200), AnnotationSchema).refine(isShort)])
    .optional(),
});

function isShort(record: object): boolean {
  return Object.keys(record).length <= annotationsMax;
}

/**
 * Superjson, but what comes in may hold dates and undefined and nothing else: of all it can decode besides, a small
 * input could name what costs seconds or gigabytes (a set walked once for each of its paths, a typed array of which
 * only the length is sent) before anybody has looked at it.
 */
export const transformer = {
  input: {
    serialize: superjson.serialize,
    deserialize(encoded: Encoded | undefined): unknown {
      if (encoded === undefined) return undefined;
      if (typeof encoded !== 'object' || (encoded !== null && !isAllowed(encoded))) {
        throw new AppError('BAD_REQUEST', 'An input holds JSON, dates and undefined, and nothing else');
      }
      // What was parsed for this call alone need not be copied.
      return superjson.deserialize(encoded, { inPlace: true });
    },
  },
  output: superjson,
};

function isAllowed({ meta }: Encoded): boolean {
  return meta === undefined || (weighsLittle(meta) && MetaSchema.safeParse(meta).success);
}

/** Asks for the number of values before a schema looks at each. */
function weighsLittle(meta: unknown): boolean {
  if (typeof meta !== 'object' || meta === null || !('values' in meta)) return true;
  return typeof meta.values !== 'object' || meta.values === null || isShort(meta.values);
}
