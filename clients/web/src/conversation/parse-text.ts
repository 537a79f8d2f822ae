import { parseInline, type Inline } from './parse-inline.ts';

export type Block =
  | { readonly type: 'paragraph'; readonly parts: readonly Inline[] }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'quote'; readonly blocks: readonly Block[] }
  /** `start` is the first number; null for a list of bullets. */
  | { readonly type: 'list'; readonly start: number | null; readonly items: readonly (readonly Block[])[] };

const fence = /```(?:[\w+#.-]{0,20}\n)?([\s\S]+?)```/g;
const quoteMark = /^ {0,3}> ?/;
const listMark = /^ {0,3}(?:[-*]|(\d{1,9})[.)]) +(?=.*[^\s*-])/;
const indent = /^ {2,4}|^\t/;
/** Deeper ones stay as they are typed. */
const depthMax = 5;

const emoji =
  /^(?:(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2})[\p{Emoji_Modifier}\ufe0f\u200d]* ?){1,6}$/u;

/**
 * Finds what Markdown as people type it in chats means: code blocks, quotes, lists, and within a line what
 * `parseInline` finds. Other than in documents every line stands for itself: what follows a quote is not quoted.
 */
export function parseText(text: string): Block[] {
  const blocks: Block[] = [];
  let end = 0;
  for (const match of text.matchAll(fence)) {
    blocks.push(...parseLines(text.slice(end, match.index).split('\n'), 0));
    blocks.push({ type: 'code', text: (match[1] ?? '').replace(/\n$/, '') });
    end = match.index + match[0].length;
  }
  return [...blocks, ...parseLines(text.slice(end).split('\n'), 0)];
}

/** Whether a text is a few emoji and nothing else, which are worth showing larger. */
export function isEmojiOnly(text: string): boolean {
  return text.length <= 32 && emoji.test(text);
}

type Kind = 'paragraph' | 'quote' | 'bullets' | 'numbers';

function parseLines(lines: readonly string[], depth: number): Block[] {
  if (depth > depthMax) return toParagraph(lines);
  return toRuns(lines).flatMap(({ kind, lines: run }): Block[] => {
    switch (kind) {
      case 'paragraph':
        return toParagraph(run);
      case 'quote':
        return toQuote(run, depth);
      case 'bullets':
      case 'numbers':
        return [toList(run, depth)];
    }
    return kind satisfies never;
  });
}

/** Lines of one kind that follow each other. What is indented below an item of a list belongs to it. */
function toRuns(lines: readonly string[]): { kind: Kind; lines: string[] }[] {
  const runs: { kind: Kind; lines: string[] }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    const isInList = last?.kind === 'bullets' || last?.kind === 'numbers';
    const kind = last && isInList && indent.test(line) && line.trim() !== '' ? last.kind : kindOf(line);
    if (last?.kind === kind) last.lines.push(line);
    else runs.push({ kind, lines: [line] });
  }
  return runs;
}

function kindOf(line: string): Kind {
  if (quoteMark.test(line)) return 'quote';
  const item = listMark.exec(line);
  if (!item) return 'paragraph';
  return item[1] === undefined ? 'bullets' : 'numbers';
}

function toParagraph(lines: readonly string[]): Block[] {
  const text = lines.join('\n');
  if (text.trim() === '') return [];
  let [start, end] = [0, text.length];
  while (text[start] === '\n') start += 1;
  while (text[end - 1] === '\n') end -= 1;
  return [{ type: 'paragraph', parts: parseInline(text.slice(start, end)) }];
}

/** A mark that nothing follows quotes nothing. */
function toQuote(lines: readonly string[], depth: number): Block[] {
  const blocks = parseLines(
    lines.map((line) => line.replace(quoteMark, '')),
    depth + 1,
  );
  return blocks.length === 0 ? toParagraph(lines) : [{ type: 'quote', blocks }];
}

function toList(lines: readonly string[], depth: number): Block {
  const items: string[][] = [];
  for (const line of lines) {
    const isItem = listMark.test(line) && (items.length === 0 || !indent.test(line));
    if (isItem) items.push([line.replace(listMark, '')]);
    else items.at(-1)?.push(line.replace(indent, ''));
  }
  const [, number] = listMark.exec(lines[0] ?? '') ?? [];
  return {
    type: 'list',
    start: number === undefined ? null : Number(number),
    items: items.map((item) => parseLines(item, depth + 1)),
  };
}
