import { expect, it } from 'vitest';
import { isEmojiOnly, parseText, type Block } from './parse-text.ts';

/** Everything shown, in order. */
function textOf(blocks: readonly Block[]): string {
  return blocks
    .map((block) => (block.type === 'code' ? block.text : block.parts.map(({ text }) => text).join('')))
    .join('|');
}

function linksIn(text: string): string[] {
  return parseText(text).flatMap((block) =>
    block.type === 'paragraph'
      ? block.parts.filter(({ type }) => type === 'link').map((part) => part.text)
      : [],
  );
}

it('leaves plain text as it is', () => {
  const text = 'a <b>line</b> & another\n\n  one * with _marks_ # here';
  expect(parseText(text)).toEqual([{ type: 'paragraph', parts: [{ type: 'text', text }] }]);
});

it('finds code blocks, with and without a language, and what stands around them', () => {
  const text = 'before\n```ts\nconst a = `b`;\n```\nafter ```one line```';
  expect(parseText(text).map(({ type }) => type)).toEqual(['paragraph', 'code', 'paragraph', 'code']);
  expect(textOf(parseText(text))).toBe('before|const a = `b`;|after |one line');
});

it('finds inline code, in which an address is no link', () => {
  expect(parseText('run `curl https://a.example` now')).toEqual([
    {
      type: 'paragraph',
      parts: [
        { type: 'text', text: 'run ' },
        { type: 'code', text: 'curl https://a.example' },
        { type: 'text', text: ' now' },
      ],
    },
  ]);
});

it('takes a fence or a tick that is never closed for what it is', () => {
  for (const text of ['``` open', 'a ` tick', '``````', '``']) {
    expect(textOf(parseText(text)), text).toBe(text);
  }
});

it('links addresses without the punctuation of their sentence', () => {
  expect(linksIn('See https://a.example/x. And (https://b.example/y), or https://c.example/z_(1)!')).toEqual([
    'https://a.example/x',
    'https://b.example/y',
    'https://c.example/z_(1)',
  ]);
});

it('links http addresses, those of this machine too, and what begins with www.', () => {
  const text =
    'http://localhost:3000/x?y=1#z http://a.example http://[::1]:8080 WWW.a.example.org/b, HTTPS://C.example';
  expect(linksIn(text)).toEqual([
    'http://localhost:3000/x?y=1#z',
    'http://a.example',
    'http://[::1]:8080',
    'WWW.a.example.org/b',
    'HTTPS://C.example',
  ]);
  expect(parseText('www.a.example.org')).toMatchObject([
    { parts: [{ text: 'www.a.example.org', href: 'https://www.a.example.org' }] },
  ]);
});

it('links nothing that could lead elsewhere than it says', () => {
  for (const text of [
    'javascript:alert(1)',
    'https://',
    'https://bank.example@evil.example/',
    'https://user:password@a.example/',
    'www.bank.example@evil.example',
    'ftp://a.example //a.example mailto:a@b.example a@b.example',
    'index.ts a.example.com awww.example.com',
  ]) {
    expect(linksIn(text), text).toEqual([]);
  }
  expect(linksIn('https://a.example/\u202etxt.exe')).toEqual(['https://a.example/']);
});

it('loses no character of a hostile text, and takes linear time over it', () => {
  for (const text of [
    '`'.repeat(8_000),
    'https://'.repeat(1_000),
    '`a'.repeat(4_000),
    `https://${'('.repeat(7_000)}`,
    `https://x${','.repeat(4_000)}a`,
    `https://a.example/${')'.repeat(7_900)}`,
    `https://${'a@'.repeat(3_990)}`,
    `https://a.example/${'([{'.repeat(2_600)}`,
    'www.a'.repeat(1_600),
    '\u202e'.repeat(8_000),
    `a${'\n'.repeat(8_000)}b`,
  ]) {
    const long = text.repeat(8);
    const shown = textOf(parseText(long)).replaceAll('|', '');
    expect(long.replaceAll('`', '')).toBe(shown.replaceAll('`', ''));
  }
});

it('knows a few emoji from words and numbers', () => {
  for (const text of ['🎉', '👍🏽', '👩‍👩‍👧', '❤️', '🇩🇪', '🙂 🙂']) expect(isEmojiOnly(text), text).toBe(true);
  for (const text of ['', '1', '#', 'a 🎉', '🎉🎉🎉🎉🎉🎉🎉🎉']) expect(isEmojiOnly(text), text).toBe(false);
});
