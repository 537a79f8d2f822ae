import type { JsonSchema } from '../../src/wires/trpc/describe-router.ts';
import type { Contract, Entry } from './describe-contract.ts';

/** Something a client of the old contract relies on, by procedure and field, and what became of it. */
export type Break = { readonly at: string; readonly problem: string };

/** What of `old` a server that speaks `now` does not keep. Additions are none: more procedures, fields, wider inputs. */
export function findBreaks(old: Contract, now: Contract): Break[] {
  return Object.entries(old).flatMap(([name, was]) => {
    const is = now[name];
    if (!is) return [{ at: name, problem: 'is gone' }];
    return compareEntries(name, was, is);
  });
}

function compareEntries(name: string, was: Entry, is: Entry): Break[] {
  if (was.kind !== is.kind) return [{ at: name, problem: `was a ${was.kind} and is a ${is.kind}` }];
  const wasOptional = was.isInputOptional ?? was.takes === null;
  const isOptional = is.isInputOptional ?? is.takes === null;
  return [
    ...(wasOptional && !isOptional ? [{ at: `${name} takes`, problem: 'must be given' }] : []),
    ...(was.takes
      ? findMisfits({ value: was.takes, type: is.takes ?? {}, isSent: true }, `${name} takes`)
      : []),
    ...findMisfits({ value: is.gives ?? {}, type: was.gives ?? {}, isSent: false }, `${name} gives`),
  ];
}

/**
 * Every `value` must be a `type`. What a client sends (`isSent`) must be read whole and within the bounds of today's
 * server; of what it is given it reads the fields it knows, and no client checks bounds.
 */
type Pair = { readonly value: JsonSchema; readonly type: JsonSchema; readonly isSent: boolean };

const alternativesOf = ({ anyOf, oneOf }: JsonSchema) => anyOf ?? oneOf;

function findMisfits({ value, type, isSent }: Pair, at: string): Break[] {
  const values = alternativesOf(value);
  if (values) return values.flatMap((each) => findMisfits({ value: each, type, isSent }, at));
  const types = alternativesOf(type);
  if (types) return findBestMisfits({ value, isSent, types }, at);
  return [
    ...compareTypes({ value, type, isSent }, at),
    ...compareFields({ value, type, isSent }, at),
    ...(value.items && type.items
      ? findMisfits({ value: value.items, type: type.items, isSent }, `${at}[]`)
      : []),
    ...(isSent ? compareBounds({ value, type, isSent }, at) : []),
  ];
}

/** The alternative it fits, or else what keeps it from the one that it is nearest to. */
function findBestMisfits(
  { value, isSent, types }: Omit<Pair, 'type'> & { readonly types: readonly JsonSchema[] },
  at: string,
): Break[] {
  const named = types.map((type) => ({ type, misfits: findMisfits({ value, type, isSent }, at) }));
  const fitting = named.find(({ misfits }) => misfits.length === 0);
  if (fitting) return [];
  const ofSameName = named.find(({ type }) => nameOf(type) !== undefined && nameOf(type) === nameOf(value));
  if (ofSameName) return ofSameName.misfits;
  const name = nameOf(value) ?? describe(value);
  const [nearest] = named.toSorted((a, b) => a.misfits.length - b.misfits.length);
  if (types.some((type) => nameOf(type) !== undefined) || nearest === undefined) {
    return [{ at, problem: `may be ${name}, which is not known` }];
  }
  return nearest.misfits;
}

/** The variant of a union: what its `type` says. */
function nameOf({ properties }: JsonSchema): string | undefined {
  const name = properties?.['type']?.const ?? properties?.['kind']?.const;
  return name === undefined ? undefined : JSON.stringify(name);
}

const describe = ({ type, const: constant, enum: words }: JsonSchema) =>
  constant === undefined ? JSON.stringify(words ?? type ?? 'anything') : JSON.stringify(constant);

const typesOf = ({ type }: JsonSchema): readonly string[] =>
  type === undefined ? [] : typeof type === 'string' ? [type] : type;

const wordsOf = ({ const: constant, enum: words }: JsonSchema): readonly unknown[] | undefined =>
  constant === undefined ? words : [constant];

function compareTypes({ value, type }: Pair, at: string): Break[] {
  const allowed = typesOf(type);
  const isWider = (name: string) =>
    allowed.length > 0 && !allowed.includes(name) && !(name === 'integer' && allowed.includes('number'));
  if ((typesOf(value).length === 0 && allowed.length > 0) || typesOf(value).some(isWider)) {
    return [{ at, problem: `may be ${describe(value)} where ${describe(type)} is known` }];
  }
  if (value['x-date'] !== type['x-date'] && allowed.length > 0) {
    return [{ at, problem: value['x-date'] ? 'is a Date where a string is known' : 'is no Date any more' }];
  }
  const known = wordsOf(type);
  if (!known) return [];
  const words = wordsOf(value);
  if (!words) return [{ at, problem: `may be more than ${JSON.stringify(known)}` }];
  const unknown = words.filter((word) => !known.includes(word));
  return unknown.length > 0 ? [{ at, problem: `may be ${JSON.stringify(unknown)}, which is not known` }] : [];
}

function compareFields({ value, type, isSent }: Pair, at: string): Break[] {
  const given = value.properties ?? {};
  const read = type.properties ?? {};
  const always = new Set(value.required);
  const missing = (type.required ?? [])
    .filter((name) => !always.has(name))
    .map((name) => ({
      at: `${at}.${name}`,
      problem: isSent ? 'is required' : name in given ? 'may be missing' : 'is gone',
    }));
  const unread = Object.keys(given)
    .filter((name) => isSent && type.properties !== undefined && !(name in read))
    .map((name) => ({ at: `${at}.${name}`, problem: 'is not read any more' }));
  const both = Object.entries(given).flatMap(([name, field]) => {
    const known = read[name];
    return known ? findMisfits({ value: field, type: known, isSent }, `${at}.${name}`) : [];
  });
  return [...missing, ...unread, ...both];
}

const upperBounds = ['maxLength', 'maximum', 'maxItems'] as const;
const lowerBounds = ['minLength', 'minimum', 'minItems'] as const;

/** A UUID is as long as it is, whether or not its schema says so. */
const withLength = (schema: JsonSchema): JsonSchema =>
  schema.format === 'uuid' ? { minLength: 36, maxLength: 36, ...schema } : schema;

function compareBounds({ value: bare, type }: Pair, at: string): Break[] {
  const value = withLength(bare);
  const upper = upperBounds.filter((name) => (value[name] ?? Infinity) > (type[name] ?? Infinity));
  const lower = lowerBounds.filter((name) => (value[name] ?? -Infinity) < (type[name] ?? -Infinity));
  const words = (['format', 'pattern'] as const).filter(
    (name) => type[name] !== undefined && type[name] !== value[name],
  );
  return [...upper, ...lower, ...words].map((name) => ({
    at,
    problem: `has another ${name}: ${String(type[name])}, and had ${String(value[name] ?? 'none')}`,
  }));
}
