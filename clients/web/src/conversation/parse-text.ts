import { LinkifyIt } from 'linkify-it';

/** A piece of a message as it is shown. Everything typed ends up in exactly one `text`. */
export type Inline =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'code'; readonly text: string }
  | { readonly type: 'link'; readonly text: string; readonly href: string };

export type Block =
  | { readonly type: 'paragraph'; readonly parts: readonly Inline[] }
  | { readonly type: 'code'; readonly text: string };

const fence = /```(?:[\w+#.-]{0,20}\n)?([\s\S]+?)```/g;
const inlineCode = /`([^`\n]+)`/g;
/** Characters that turn the direction of what follows have no place in an address. */
const turning = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Takes linear time over any text. With names and passwords, so that an address is judged whole. */
const linkify = new LinkifyIt({ fuzzyLink: true, fuzzyEmail: false, urlAuth: true })
  .add('ftp:', null)
  .add('mailto:', null)
  .add('//', null);

const emoji =
  /^(?:(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2})[\p{Emoji_Modifier}\ufe0f\u200d]* ?){1,6}$/u;

/** Finds code blocks, inline code and web addresses. Nothing else in a text has a meaning. */
export function parseText(text: string): Block[] {
  const blocks: Block[] = [];
  let end = 0;
  for (const match of text.matchAll(fence)) {
    blocks.push(...toParagraph(text.slice(end, match.index)));
    blocks.push({ type: 'code', text: (match[1] ?? '').replace(/\n$/, '') });
    end = match.index + match[0].length;
  }
  return [...blocks, ...toParagraph(text.slice(end))];
}

/** Whether a text is a few emoji and nothing else, which are worth showing larger. */
export function isEmojiOnly(text: string): boolean {
  return text.length <= 32 && emoji.test(text);
}

function toParagraph(text: string): Block[] {
  if (text.trim() === '') return [];
  let [start, end] = [0, text.length];
  while (text[start] === '\n') start += 1;
  while (text[end - 1] === '\n') end -= 1;
  return [{ type: 'paragraph', parts: parseInline(text.slice(start, end)) }];
}

function parseInline(text: string): Inline[] {
  const parts: Inline[] = [];
  let end = 0;
  for (const match of text.matchAll(inlineCode)) {
    parts.push(...findLinks(text.slice(end, match.index)), { type: 'code', text: match[1] ?? '' });
    end = match.index + match[0].length;
  }
  return [...parts, ...findLinks(text.slice(end))];
}

function findLinks(text: string): Inline[] {
  const parts: Inline[] = [];
  let end = 0;
  const addText = (until: number) => {
    if (until > end) parts.push({ type: 'text', text: text.slice(end, until) });
    end = until;
  };
  for (const { schema, index, raw } of linkify.match(text) ?? []) {
    const address = raw.split(turning)[0] ?? '';
    const href = schema === '' ? `https://${address}` : address;
    if (!isPlainAddress(href, schema)) continue;
    addText(index);
    parts.push({ type: 'link', text: address, href });
    end = index + address.length;
  }
  addText(text.length);
  return parts;
}

/** One that goes where it seems to go, without a name or password; bare ones are taken only with `www.`. */
function isPlainAddress(href: string, schema: string): boolean {
  if (!URL.canParse(href)) return false;
  const { protocol, hostname, username, password } = new URL(href);
  const isNamed = schema !== '' || hostname.startsWith('www.');
  return isNamed && /^https?:$/.test(protocol) && username === '' && password === '';
}
