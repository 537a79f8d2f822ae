import fc, { type Arbitrary } from 'fast-check';
import type { JsonSchema, ProcedureDescription } from '../src/wires/trpc/describe-router.ts';
import { hostileMetas, hostileValues } from './hostile-text.ts';

/** What an attacker knows of the place, their own and others' alike. */
export type Known = {
  readonly procedures: readonly ProcedureDescription[];
  readonly ids: readonly string[];
  readonly cursors: readonly string[];
  readonly tokens: readonly string[];
};

/** `input` is what stands on the wire: superjson's envelope, or what should be one. */
export type HostileCall = {
  readonly path: string;
  readonly kind: ProcedureDescription['kind'];
  readonly input: unknown;
};

/** Calls of every procedure there is: most of them valid but for one thing, so that they reach what is behind the schema. */
export function hostileCalls(known: Known): Arbitrary<HostileCall> {
  const calls = known.procedures.map(({ path, kind, input }) => {
    const value = endings.includes(path) ? hostileValues : valueOf(known, input);
    return fc.record({ path: pathOf(path), kind: fc.constant(kind), input: envelopeOf(value) });
  });
  return fc.oneof(...calls);
}

/** With a right input these would end the attackers' own chat, which is watched as well. */
const endings: readonly string[] = ['me.erase', 'user.block'];

function pathOf(path: string): Arbitrary<string> {
  return fc.oneof(
    { weight: 30, arbitrary: fc.constant(path) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '.',
        `${path}.x`,
        `${path}.`,
        path.toUpperCase(),
        path.replace('.', '.__proto__.'),
        '__proto__',
        'constructor.name',
        'message',
        'message.constructor',
        '_def.procedures',
        'x'.repeat(3_000),
        '\0',
        '../livez',
      ),
    },
  );
}

function envelopeOf(json: Arbitrary<unknown>): Arbitrary<unknown> {
  return fc.oneof(
    { weight: 16, arbitrary: fc.record({ json }) },
    { weight: 5, arbitrary: fc.record({ json, meta: hostileMetas }) },
    { weight: 1, arbitrary: json },
    { weight: 1, arbitrary: fc.record({ meta: hostileMetas }) },
    { weight: 1, arbitrary: hostileValues },
  );
}

/** A value of the schema, with something wrong in it now and then; `name` is the field that it stands in. */
function valueOf(known: Known, schema: JsonSchema | null, name = ''): Arbitrary<unknown> {
  const right = schema === null ? fc.constant(null) : rightValueOf(known, schema, name);
  return fc.oneof({ weight: 9, arbitrary: right }, { weight: 2, arbitrary: hostileValues });
}

function rightValueOf(known: Known, schema: JsonSchema, name: string): Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const branches = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (branches && !schema.properties)
    return fc.oneof(...branches.map((each) => rightValueOf(known, each, name)));
  switch ([schema.type ?? 'any'].flat()[0] ?? 'any') {
    case 'object':
      return objectOf(known, schema);
    case 'array':
      return fc.array(valueOf(known, schema.items ?? {}, name), { maxLength: 5 });
    case 'string':
      return stringOf(known, schema, name);
    case 'integer':
    case 'number':
      return fc.oneof(
        fc.integer({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 300, 300) }),
        fc.constantFrom<unknown>(schema.minimum ?? 0, schema.maximum ?? 2 ** 53 - 1, 2 ** 53 - 1, 2 ** 31),
      );
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return hostileValues;
  }
}

function objectOf(known: Known, { properties = {}, required = [] }: JsonSchema): Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, each]) => [name, valueOf(known, each, name)]),
  );
  const right = fc.record(fields, { requiredKeys: [...required] });
  const extra = fc.dictionary(
    fc.constantFrom('__proto__', 'constructor', '$where', 'sender', 'viewerId', 'userId', '_id', 'toJSON'),
    hostileValues,
    { maxKeys: 2 },
  );
  return fc.oneof(
    { weight: 8, arbitrary: right },
    { weight: 1, arbitrary: fc.tuple(right, extra).map(([one, other]) => ({ ...one, ...other })) },
  );
}

function stringOf(known: Known, { pattern = '', format }: JsonSchema, name: string): Arbitrary<unknown> {
  if (pattern.startsWith('^[0-9a-f]{24}')) return fc.constantFrom(...known.ids);
  if (/token/i.test(name)) return fc.constantFrom(...known.tokens);
  if (/cursor|eventid/i.test(name)) {
    return fc.oneof(
      fc.constantFrom(...known.cursors, '0', '1', '-1', 'x'),
      fc.base64String({ maxLength: 60 }),
    );
  }
  if (format === 'uuid') return fc.oneof(fc.uuid(), fc.constant('00000000-0000-4000-8000-000000000000'));
  return fc.oneof(
    fc.string({ minLength: 1, maxLength: 40 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
  );
}
