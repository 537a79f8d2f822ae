import { BSONRegExp } from 'bson';
import { CommandError } from '../errors.ts';
import type { BsonValue } from './value.ts';

/**
 * Translates a PCRE pattern to a JS one: inline flags, `x` (blanks and comments), `$` before a final line break,
 * `\A \z \Z \h`, POSIX classes. Constructs that JS lacks are refused with MongoDB's code 51091.
 */
export function compileRegex(pattern: string, options: string): RegExp {
  if (pattern.includes('\0'))
    throw new CommandError('BadValue', 'Regular expression cannot contain a null byte');
  const inline = /^\(\?([imsxu]+)\)/.exec(pattern);
  const flags = new Set(Array.from(options + (inline?.[1] ?? '')));
  const unknown = [...flags].find((flag) => !'imsxu'.includes(flag));
  if (unknown !== undefined) {
    throw new CommandError(51108, `invalid flag in regex options: ${unknown}`);
  }
  const source = translate(pattern.slice(inline?.[0].length ?? 0), flags);
  const jsFlags = ['i', 'm', 's'].filter((flag) => flags.has(flag)).join('');
  return construct(source, jsFlags);
}

export function isRegex(value: BsonValue): value is BSONRegExp | RegExp {
  return value instanceof BSONRegExp || value instanceof RegExp;
}

export function compileRegexValue(value: BSONRegExp | RegExp): RegExp {
  if (value instanceof BSONRegExp) return compileRegex(value.pattern, value.options);
  return compileRegex(value.source, value.flags.replaceAll(/[gyd]/g, ''));
}

const posixClasses: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\t-\\r ',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9A-Fa-f',
  word: '\\w',
};

const endOfText = '(?![\\s\\S])';
const escapes: Readonly<Record<string, string>> = {
  '\\A': '(?<![\\s\\S])',
  '\\z': endOfText,
  '\\Z': `(?=\\n?${endOfText})`,
  '\\h': '[ \\t]',
  '\\a': '\\x07',
  '\\e': '\\x1b',
};

const token =
  /\\Q[\s\S]*?(?:\\E|$)|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\w+:\]|[^\]\\])*\]|\(\?#[^)]*\)|\(\?P<|[\s\S]/g;

function translate(pattern: string, flags: ReadonlySet<string>): string {
  const isExtended = flags.has('x');
  let isComment = false;
  return pattern.replaceAll(token, (part) => {
    if (isComment) {
      isComment = !part.includes('\n');
      return '';
    }
    isComment = isExtended && part === '#';
    if (isComment || (isExtended && /^\s$/.test(part)) || part.startsWith('(?#')) return '';
    return translatePart(part, flags);
  });
}

function translatePart(part: string, flags: ReadonlySet<string>): string {
  if (part === '$' && !flags.has('m')) return `(?=\\n?${endOfText})`;
  if (part === '.' && !flags.has('s')) return '[^\\n]';
  if (part === '(?P<') return '(?<';
  if (part.startsWith('\\Q'))
    return part
      .slice(2)
      .replace(/\\E$/, '')
      .replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  if (part.startsWith('[') && part.length > 1) return translateClass(part);
  if (/^\\[GKRXCN]$/.test(part)) throw invalid(`${part} is not supported`);
  return escapes[part] ?? part;
}

// In PCRE a `]` right after the opening stands for itself, and a `[` inside always does.
function translateClass(part: string): string {
  const [, open = '[', body = ''] = /^(\[\^?)([\s\S]*)\]$/.exec(part) ?? [];
  const inner = body.replaceAll(/\\[\s\S]|\[:(\w+):\]|\[|^\]/g, (found, name?: string) => {
    if (name !== undefined) return posixClasses[name] ?? throwInvalid(`unknown POSIX class ${name}`);
    if (found.length === 1) return `\\${found}`;
    return found === '\\h' ? ' \\t' : found;
  });
  return `${open}${inner}]`;
}

function construct(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    return constructLoosely(source, flags);
  }
}

// PCRE lets any punctuation be escaped, which JS allows only without the unicode flag.
function constructLoosely(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : 'cannot be compiled');
  }
}

function throwInvalid(reason: string): never {
  throw invalid(reason);
}

function invalid(reason: string): CommandError {
  return new CommandError(51091, `Regular expression is invalid: ${reason}`);
}
