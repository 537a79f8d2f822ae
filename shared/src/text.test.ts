import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DevTokenInputSchema } from './auth.ts';
import { ClientIdSchema } from './ids.ts';
import { cutText, isStorable, isVisible, mendName, MessageTextSchema, toComparable } from './text.ts';

/** Any JavaScript string, halves of surrogate pairs and unassigned characters included. */
const anyString = fc
  .array(fc.oneof(fc.integer({ max: 0xff }), fc.integer({ max: 0xffff })), { maxLength: 30 })
  .map((units) => String.fromCharCode(...units));

const invisible = [
  '\u200B',
  '\u2800',
  '\u3164',
  '\u115F',
  '\u1160',
  '\uFFA0',
  '\u00AD',
  '\u034F',
  '\u061C',
  '\u180E',
  '\u2060',
  '\u2061',
  '\u2066',
  '\uFE0F',
  '\uFEFF',
  '\u{E0041}',
  '\u{E0100}',
  '\u{1D159}',
  '\u{13441}',
  '\u{13442}',
  '\u{1D173}',
  '\u0301',
  '\u20DD',
  '\u0007',
  '\u007F',
  '\u0085',
  '\u2028',
  '\u200D\u200D',
  '\u202E\u202C',
  ' \u200B \u2800 ',
];

describe('the text of a message', () => {
  it.each(invisible.map((text) => [escape(text), text]))(
    'is refused when it shows nothing: %s',
    (_, text) => {
      expect(MessageTextSchema.safeParse(text).success).toBe(false);
      expect(isVisible(text)).toBe(false);
    },
  );

  it.each([
    '.',
    '👩‍👩‍👧',
    '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    '1️⃣',
    '🇺🇳',
    'ﷺ',
    'a\u0301',
    '\u{1FAE9}',
    '\u{E000}',
    '\uFFFD',
    'क्षि',
    '☃\uFE0E',
    'line\none',
  ])('keeps %s as it is', (text) => expect(MessageTextSchema.parse(text)).toBe(text));

  it('is refused with half of a surrogate pair, or NUL, and never changed but for the white space around it', () => {
    for (const bad of ['cut \ud83d', '\udc00 cut', 'a\0', '\0'])
      expect(MessageTextSchema.safeParse(bad).success).toBe(false);
    fc.assert(
      fc.property(anyString, (text) => {
        const parsed = MessageTextSchema.safeParse(text);
        if (parsed.success) expect(parsed.data).toBe(text.trim());
        else expect(isStorable(text) && isVisible(text)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a name from a directory', () => {
  it('becomes well formed, visible, composed and one line, or empty', () => {
    expect(mendName('  Zoe\u0308\n\u202Evan\tDam\ud83d ')).toBe('Zoë van Dam\uFFFD');
    for (const name of invisible) expect(mendName(name)).toBe('');
    fc.assert(
      fc.property(anyString, (name) => {
        const mended = mendName(name);
        expect(isStorable(mended)).toBe(true);
        expect(mended === '' || isVisible(mended)).toBe(true);
        expect(mendName(mended)).toBe(mended);
      }),
      { numRuns: 2_000 },
    );
  });
});

it('texts that look the same compare equal', () => {
  expect(toComparable(' ZOE\u0308 \u2028 Van ')).toBe(toComparable('zoë van'));
  expect(toComparable('İ')).toBe(toComparable('i\u0307'));
});

it('a text is cut without leaving half of a character', () => {
  expect(cutText('ab👋', 3)).toBe('ab');
  expect(cutText('ab👋', 4)).toBe('ab👋');
});

describe('a clientId', () => {
  it.each([
    '7d9a4c1e-4a65-4f8e-9d5c-0a3f6a1b2c3d',
    '00000000-0000-0000-0000-000000000000',
    '7d9a4c1e-4a65-0f8e-1d5c-0a3f6a1b2c3d',
    '66a0000000000000000003e9',
    'V1StGXR8_Z5jdHi6B-myT',
    '1735689600000',
    'x'.repeat(128),
    'clé 🔑',
  ])('is any visible string of up to 128 characters, as it is: %s', (clientId) =>
    expect(ClientIdSchema.parse(clientId)).toBe(clientId),
  );

  it('is the same key for a UUID in either case, and for nothing else', () => {
    const uuid = '7d9a4c1e-4a65-4f8e-9d5c-0a3f6a1b2c3d';
    expect(ClientIdSchema.parse(uuid.toUpperCase())).toBe(uuid);
    expect(ClientIdSchema.parse('V1StGXR8')).not.toBe(ClientIdSchema.parse('v1stgxr8'));
  });

  it.each(['', ' ', '\u200B', 'x'.repeat(129), 'a\0', '\ud83d'])('is refused as %j', (clientId) =>
    expect(ClientIdSchema.safeParse(clientId).success).toBe(false),
  );
});

it('a local name is one that can be seen, in one form', () => {
  expect(DevTokenInputSchema.parse({ user: ' Zoe\u0308 ' }).user).toBe('Zoë');
  for (const user of ['\u3164', '\u115F', '-bob', 'a\0', '\ud83d', 'x'.repeat(41), '你'.repeat(40)])
    expect(DevTokenInputSchema.safeParse({ user }).success).toBe(false);
});

function escape(text: string): string {
  return Array.from(text, (character) => `U+${(character.codePointAt(0) ?? 0).toString(16)}`).join(' ');
}
