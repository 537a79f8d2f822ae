import type { JsonSchema, ProcedureDescription } from '../api/description.ts';
import { isRecord } from '../api/outcome.ts';
import { alternativesOf, isNullable, withoutNull } from './visit.ts';

/** Values to start from, by the name of the field; they win over what the schema suggests. */
export type Hints = Readonly<Record<string, unknown>>;

const words: Hints = {
  text: 'Hello from the panel',
  isTyping: true,
  emoji: '👍',
  name: 'Notes',
  query: 'hello',
  reason: 'Tried in the panel',
};

/** An input to start from: what is required, made up where it must be, and the defaults of the rest. */
export function exampleOf(schema: JsonSchema | null, hints: Hints = {}): unknown {
  return schema ? make(schema, '', { ...words, ...hints }) : undefined;
}

/** The same for a procedure; one that needs any of several fields begins with the first of them. */
export function exampleFor(
  { path, input }: Pick<ProcedureDescription, 'path' | 'input'>,
  hints: Hints,
): unknown {
  const example = exampleOf(input, hints);
  return path === 'report.create' && isRecord(example)
    ? { messageId: hints['messageId'], ...example }
    : example;
}

function make(schema: JsonSchema, name: string, hints: Hints): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (name in hints) return hints[name];
  if (isNullable(schema)) return null;
  const [first] = alternativesOf(schema);
  if (first) return make(first, name, hints);
  return makeByType(withoutNull(schema), hints);
}

function makeByType(schema: JsonSchema, hints: Hints): unknown {
  switch (schema.type) {
    case 'object':
      return makeObject(schema, hints);
    case 'array':
      return [];
    case 'boolean':
      return true;
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'string':
      return makeText(schema);
    case undefined:
    default:
      return undefined;
  }
}

function makeObject({ properties = {}, required = [] }: JsonSchema, hints: Hints): unknown {
  const wanted = Object.entries(properties).filter(
    ([key, property]) => required.includes(key) || property.default !== undefined,
  );
  return Object.fromEntries(wanted.map(([key, property]) => [key, make(property, key, hints)]));
}

function makeText({ format }: JsonSchema): string {
  if (format === 'uuid') return crypto.randomUUID();
  if (format === 'date-time') return new Date().toISOString();
  return '';
}
