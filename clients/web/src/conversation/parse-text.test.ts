import { expect, it } from 'vitest';
import type { Inline } from './parse-inline.ts';
import { isEmojiOnly, parseText, type Block } from './parse-text.ts';

/** Everything shown, in order. */
function textOf(blocks: readonly Block[]): string {
  return blocks.map(textOfBlock).join('|');
}

function textOfBlock(block: Block): string {
  switch (block.type) {
    case 'code':
      return block.text;
    case 'paragraph':
      return textOfParts(block.parts);
    case 'quote':
      return textOf(block.blocks);
    case 'list':
      return block.items.map(textOf).join('|');
  }
  return block satisfies never;
}

function textOfParts(parts: readonly Inline[]): string {
  return parts.map((part) => ('parts' in part ? textOfParts(part.parts) : part.text)).join('');
}

/** The parts of a text that is one paragraph, the plain ones as strings. */
function inlineOf(text: string): unknown[] {
  const [block, ...rest] = parseText(text);
  if (block?.type !== 'paragraph' || rest.length > 0) throw new Error('It is not one paragraph');
  return block.parts.map((part) => (part.type === 'text' ? part.text : part));
}

const strong = (text: string) => ({ type: 'strong', parts: [{ type: 'text', text }] });
const emphasis = (text: string) => ({ type: 'emphasis', parts: [{ type: 'text', text }] });
const paragraph = (text: string) => ({ type: 'paragraph', parts: [{ type: 'text', text }] });

function linksIn(text: string): string[] {
  return parseText(text).flatMap((block) =>
    block.type === 'paragraph'
      ? block.parts.flatMap((part) => (part.type === 'link' ? [part.text] : []))
      : [],
  );
}

it('leaves plain text as it is', () => {
  const text =
    'a <b>line</b> & another\n\n  1 * 2 and snake_case_name # here\n# no title\n---\n    no code\n![x](y) ¯\\_(ツ)_/¯ &lt; **';
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

it('finds bold and italic, also around addresses, whose own marks count for nothing', () => {
  expect(inlineOf('**bold** *it* _it_ and __bold__')).toEqual([
    strong('bold'),
    ' ',
    emphasis('it'),
    ' ',
    emphasis('it'),
    ' and ',
    strong('bold'),
  ]);
  expect(inlineOf('*see https://a.example/_x_/*')).toMatchObject([
    { type: 'emphasis', parts: [{ text: 'see ' }, { type: 'link', href: 'https://a.example/_x_/' }] },
  ]);
});

it('ends a quote and a list with its last line, and keeps lists below items', () => {
  expect(parseText('> a\n>b\nc')).toEqual([{ type: 'quote', blocks: [paragraph('a\nb')] }, paragraph('c')]);
  expect(parseText('two:\n3. c\n4) d\ndone')).toEqual([
    paragraph('two:'),
    { type: 'list', start: 3, items: [[paragraph('c')], [paragraph('d')]] },
    paragraph('done'),
  ]);
  const inner = { type: 'list', start: null, items: [[paragraph('b')]] };
  expect(parseText('- a\n  - b\n  more\n* c')).toEqual([
    { type: 'list', start: null, items: [[paragraph('a'), inner, paragraph('more')], [paragraph('c')]] },
  ]);
});

it('takes a mark with nothing behind it for what it is', () => {
  for (const text of ['-', '- ', '> ', '>', '1.', '****', '* * *', '- -', '[]()', '[a]', '[a]()']) {
    expect(textOf(parseText(text)), text).toBe(text);
  }
});

it('says where a labelled link leads, and links none that leads out of the web', () => {
  expect(inlineOf('[the plan](https://a.example/plan)')).toEqual([
    { type: 'link', text: 'the plan', href: 'https://a.example/plan', host: 'a.example' },
  ]);
  expect(inlineOf('[https://bank.example](https://evil.example)')).toMatchObject([{ host: 'evil.example' }]);
  for (const address of ['javascript:alert(1)', 'data:text/html,x', '/chats', 'https://me:pw@a.example']) {
    expect(inlineOf(`[x](${address})`)).toEqual([`[x](${address})`]);
  }
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
    '*a_'.repeat(2_600),
    '[a]('.repeat(2_000),
    '>'.repeat(8_000),
    '- '.repeat(4_000),
    `${'*'.repeat(4_000)}a${'*'.repeat(4_000)}`,
    '\u202e'.repeat(8_000),
    `a${'\n'.repeat(8_000)}b`,
  ]) {
    const long = text.repeat(4);
    const shown = textOf(parseText(long));
    expect(shown.replaceAll(marks, '')).toBe(long.replaceAll(marks, ''));
  }
});

const marks = /[|`> -]/g;

it('knows a few emoji from words and numbers', () => {
  for (const text of ['🎉', '👍🏽', '👩‍👩‍👧', '❤️', '🇩🇪', '🙂 🙂']) expect(isEmojiOnly(text), text).toBe(true);
  for (const text of ['', '1', '#', 'a 🎉', '🎉🎉🎉🎉🎉🎉🎉🎉']) expect(isEmojiOnly(text), text).toBe(false);
});
