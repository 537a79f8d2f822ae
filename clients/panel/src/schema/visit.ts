import type { JsonSchema } from '../api/description.ts';
import { isRecord } from '../api/outcome.ts';

/** The schema without its null: `X` of `X | null`. */
export function withoutNull(schema: JsonSchema): JsonSchema {
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== 'null');
    return { ...schema, type: types.length === 1 ? types[0] : types };
  }
  const others = schema.anyOf?.filter(({ type }) => type !== 'null');
  if (!others || others.length === schema.anyOf?.length) return schema;
  const { anyOf: _, ...rest } = schema;
  return others.length === 1 ? { ...others[0], ...rest } : { ...rest, anyOf: others };
}

export function isNullable(schema: JsonSchema): boolean {
  return (
    schema.anyOf?.some(({ type }) => type === 'null') ??
    (Array.isArray(schema.type) && schema.type.includes('null'))
  );
}

export function alternativesOf({ anyOf, oneOf }: JsonSchema): readonly JsonSchema[] {
  return anyOf ?? oneOf ?? [];
}

/** Whether a value has the shape of a schema, closely enough to choose between a union's alternatives. */
export function matches(schema: JsonSchema, value: unknown): boolean {
  if (schema.const !== undefined) return value === schema.const;
  if (schema.enum) return schema.enum.includes(value);
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0 && !alternatives.some((each) => matches(each, value))) return false;
  if (schema.allOf?.some((each) => !matches(each, value))) return false;
  if (!matchesType(schema, value)) return false;
  if (!isRecord(value)) return true;
  if (schema.required?.some((key) => value[key] === undefined)) return false;
  return Object.entries(schema.properties ?? {}).every(
    ([key, property]) => value[key] === undefined || matches(property, value[key]),
  );
}

function matchesType({ type }: JsonSchema, value: unknown): boolean {
  if (type === undefined) return true;
  const types = typeof type === 'string' ? [type] : type;
  return types.some((each) => {
    if (each === 'null') return value === null;
    if (each === 'array') return Array.isArray(value);
    if (each === 'object') return isRecord(value);
    if (each === 'integer') return Number.isInteger(value);
    return typeof value === each;
  });
}
