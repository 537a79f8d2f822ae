import type { JsonSchema } from '../api/description.ts';
import { isRecord } from '../api/outcome.ts';

/** The fields that every new call needs a new value in. */
function ownIdFields(schema: JsonSchema | null): readonly string[] {
  return Object.entries(schema?.properties ?? {}).flatMap(([key, { format }]) =>
    format === 'uuid' ? [key] : [],
  );
}

/** The input with an id of its own in each of those fields. */
export function withOwnIds(schema: JsonSchema | null, input: unknown): unknown {
  if (!isRecord(input)) return input;
  return { ...input, ...Object.fromEntries(ownIdFields(schema).map((key) => [key, crypto.randomUUID()])) };
}

/** The input without them, as it can be called again. */
export function withoutOwnIds(schema: JsonSchema | null, input: unknown): unknown {
  if (!isRecord(input)) return input;
  const fields = ownIdFields(schema);
  return Object.fromEntries(Object.entries(input).filter(([key]) => !fields.includes(key)));
}
