import { CommandError } from '../errors.ts';
import type { StringOrder } from './compare.ts';
import { isNumber, toDouble } from './numbers.ts';
import { type BsonDocument, type BsonValue, isDocument } from './value.ts';

/** How strings compare under a client's collation; without one they compare by code points. */
export type Collation = {
  readonly compare: StringOrder;
  /** The client's document with MongoDB's defaults filled in, as listIndexes and listCollections show it. */
  readonly spec: BsonDocument;
};

const defaults = {
  caseLevel: false,
  caseFirst: 'off',
  strength: 3,
  numericOrdering: false,
  alternate: 'non-ignorable',
  maxVariable: 'punct',
  normalization: false,
  backwards: false,
  version: '57.1',
} as const;

const variants: Readonly<Record<string, string>> = {
  phonebook: 'phonebk',
  traditional: 'trad',
  search: 'search',
  pinyin: 'pinyin',
  stroke: 'stroke',
  zhuyin: 'zhuyin',
  eor: 'eor',
};

/**
 * Reads a collation document; undefined for the simple collation. Backed by ICU through Intl.Collator, and what that
 * cannot express (strength 4 and 5, backwards, caseLevel above strength 1) is refused, never ignored.
 */
export function compileCollation(collation: BsonValue): Collation | undefined {
  if (collation === undefined || collation === null) return undefined;
  if (!isDocument(collation)) throw new CommandError('TypeMismatch', 'collation must be an object');
  const unknown = Object.keys(collation).find((field) => field !== 'locale' && !(field in defaults));
  if (unknown !== undefined) {
    throw new CommandError(
      'UnrecognizedCommandField',
      `BSON field 'collation.${unknown}' is an unknown field.`,
    );
  }
  const locale = collation['locale'];
  if (typeof locale !== 'string') {
    throw new CommandError(
      'MissingCommandField',
      "BSON field 'collation.locale' is missing but a required field",
    );
  }
  if (locale === 'simple') return undefined;
  const spec: BsonDocument = { locale, ...defaults, ...collation };
  const collator = new Intl.Collator(localeTag(locale), collatorOptions(spec));
  return { compare: collator.compare, spec };
}

function localeTag(locale: string): string {
  const [name = '', variant] = locale.split('@collation=');
  const tag = name.replaceAll('_', '-');
  const extension = variant === undefined ? '' : variants[variant];
  if (extension === undefined || !isSupported(tag)) {
    throw new CommandError('BadValue', `Field 'locale' is invalid in: { locale: "${locale}" }`);
  }
  return extension === '' ? tag : `${tag}-u-co-${extension}`;
}

function isSupported(tag: string): boolean {
  try {
    return Intl.Collator.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

function collatorOptions(spec: BsonDocument): Intl.CollatorOptions {
  if (flag(spec, 'backwards')) throw unsupported('backwards');
  const alternate = choice(spec, 'alternate', ['non-ignorable', 'shifted']);
  if (choice(spec, 'maxVariable', ['punct', 'space']) === 'space' && alternate === 'shifted') {
    throw unsupported("maxVariable: 'space'");
  }
  flag(spec, 'normalization');
  const caseFirst = choice(spec, 'caseFirst', ['off', 'upper', 'lower']);
  return {
    usage: 'sort',
    sensitivity: sensitivityOf(spec),
    numeric: flag(spec, 'numericOrdering'),
    caseFirst: caseFirst === 'off' ? 'false' : caseFirst,
    ignorePunctuation: alternate === 'shifted',
  };
}

function sensitivityOf(spec: BsonDocument): 'base' | 'case' | 'accent' | 'variant' {
  const strength = isNumber(spec['strength']) ? toDouble(spec['strength']) : Number.NaN;
  const hasCaseLevel = flag(spec, 'caseLevel');
  if (strength === 1) return hasCaseLevel ? 'case' : 'base';
  if (strength === 2 && !hasCaseLevel) return 'accent';
  if (strength === 3) return 'variant';
  if (![2, 4, 5].includes(strength)) {
    throw new CommandError(
      'BadValue',
      "Enumeration value for field 'collation.strength' is not a valid value.",
    );
  }
  throw unsupported(hasCaseLevel ? 'caseLevel with strength 2' : `strength ${strength}`);
}

function flag(spec: BsonDocument, field: keyof typeof defaults): boolean {
  const value = spec[field];
  if (typeof value === 'boolean') return value;
  throw new CommandError(
    'TypeMismatch',
    `BSON field 'collation.${field}' is the wrong type, expected type 'bool'`,
  );
}

function choice<T extends string>(spec: BsonDocument, field: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === spec[field]);
  if (found !== undefined) return found;
  throw new CommandError(
    'BadValue',
    `Enumeration value for field 'collation.${field}' is not a valid value.`,
  );
}

function unsupported(what: string): CommandError {
  return new CommandError('BadValue', `collation with ${what} is not supported by this server`);
}
