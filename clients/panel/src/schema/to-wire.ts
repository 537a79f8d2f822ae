import type { JsonSchema } from '../api/description.ts';
import { isRecord } from '../api/outcome.ts';
import { alternativesOf, matches } from './visit.ts';

/**
 * What is sent for what was typed: ISO text becomes a Date where the schema says Date, and what was left empty is
 * left out. Text that is no date stays text, so that the server can say so at its field.
 */
export function toWire(schema: JsonSchema | null, value: unknown): unknown {
  if (!schema) return undefined;
  if (schema['x-date'] && typeof value === 'string') return toDate(value);
  const chosen = alternativesOf(schema).find((each) => matches(each, value));
  if (chosen) return toWire(chosen, value);
  if (Array.isArray(value)) return value.map((item) => toWire(schema.items ?? {}, item));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => [key, toWire(schema.properties?.[key] ?? {}, each)]),
  );
}

function toDate(text: string): Date | string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? text : date;
}
