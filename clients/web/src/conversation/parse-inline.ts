import type { SyntaxNode } from '@lezer/common';
import { parser as commonMark } from '@lezer/markdown';
import { findAddresses, hostOf, type Address } from './find-addresses.ts';

/** A piece of a line as it is shown. */
export type Inline =
  | { readonly type: 'text' | 'code'; readonly text: string }
  | { readonly type: 'strong' | 'emphasis'; readonly parts: readonly Inline[] }
  /** `host` says where it leads when the text does not. */
  | { readonly type: 'link'; readonly text: string; readonly href: string; readonly host: string | null };

/** Emphasis, code and links. The rest of Markdown stays as it is typed, its escapes and entities too. */
const parser = commonMark.configure({
  remove: [
    'ATXHeading',
    'Autolink',
    'Blockquote',
    'BulletList',
    'Entity',
    'FencedCode',
    'HorizontalRule',
    'HTMLBlock',
    'HTMLTag',
    'Image',
    'IndentedCode',
    'LinkReference',
    'OrderedList',
    'SetextHeading',
  ],
});

/** Nobody types more of them into one message, and the parser takes quadratic time over some texts with thousands. */
const marksMax = 600;

type Piece = { readonly text: string; readonly addresses: readonly Address[] };
type Range = { readonly from: number; readonly to: number };

/** The parts of a text, in order; no character is lost but the marks that were understood. */
export function parseInline(text: string): Inline[] {
  const piece = { text, addresses: findAddresses(text) };
  const whole = { from: 0, to: text.length };
  const masked = mask(piece);
  if ((masked.match(/[*_[]/g)?.length ?? 0) > marksMax) return linked(piece, whole);
  const paragraphs = childrenOf(parser.parse(masked).topNode);
  return partsOf(piece, whole, paragraphs.flatMap(childrenOf));
}

/** No mark counts that stands in an address. */
function mask({ text, addresses }: Piece): string {
  let masked = '';
  for (const { from, to } of addresses) masked += text.slice(masked.length, from) + 'x'.repeat(to - from);
  return masked + text.slice(masked.length);
}

function partsOf(piece: Piece, { from, to }: Range, nodes: readonly SyntaxNode[]): Inline[] {
  const parts: Inline[] = [];
  let end = from;
  const add = (node: SyntaxNode) => {
    const part = partOf(piece, node);
    if (!part) return childrenOf(node).forEach(add);
    parts.push(...linked(piece, { from: end, to: node.from }), part);
    end = node.to;
  };
  nodes.forEach(add);
  return [...parts, ...linked(piece, { from: end, to })];
}

/** Null for what stays text itself, whatever lies in it. */
function partOf(piece: Piece, node: SyntaxNode): Inline | null {
  const inside = { from: node.firstChild?.to ?? node.from, to: node.lastChild?.from ?? node.to };
  const nested = () => partsOf(piece, inside, childrenOf(node).slice(1, -1));
  switch (node.name) {
    case 'StrongEmphasis':
      return { type: 'strong', parts: nested() };
    case 'Emphasis':
      return isInWord(piece.text, node) ? null : { type: 'emphasis', parts: nested() };
    case 'InlineCode':
      return { type: 'code', text: piece.text.slice(inside.from, inside.to) };
    case 'Link':
      return labelledLink(piece.text, node);
    default:
      return null;
  }
}

/** As in `2*3 and 4*5`, where the stars multiply. */
function isInWord(text: string, { from, to }: Range): boolean {
  return /\w/.test(text[from - 1] ?? '') || /\w/.test(text[to] ?? '');
}

/** `[label](address)`. One that leads nowhere, or elsewhere than to the web, stays as it is typed. */
function labelledLink(text: string, node: SyntaxNode): Inline | null {
  const url = node.getChild('URL');
  const [open, close] = node.getChildren('LinkMark');
  if (!url || !open || !close) return null;
  const label = text.slice(open.to, close.from).trim();
  const href = text.slice(url.from, url.to).replace(/^<|>$/g, '');
  const host = hostOf(href);
  if (host === null || label === '') return null;
  return { type: 'link', text: label, href, host: label === href ? null : host };
}

function linked({ text, addresses }: Piece, { from, to }: Range): Inline[] {
  const parts: Inline[] = [];
  let end = from;
  const addText = (until: number) => {
    if (until > end) parts.push({ type: 'text', text: text.slice(end, until) });
  };
  for (const address of addresses) {
    if (address.from < from || address.to > to) continue;
    addText(address.from);
    const shown = text.slice(address.from, address.to);
    parts.push({ type: 'link', text: shown, href: address.href, host: null });
    end = address.to;
  }
  addText(to);
  return parts;
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) children.push(child);
  return children;
}
